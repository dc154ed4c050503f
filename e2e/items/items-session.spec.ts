// A session under a page that reads and writes: tokens that expire, tabs, lost replies, the network.

import type { BrowserContext, Page } from 'playwright/test'
import { expect, test } from '../support/fixtures.ts'
import { openTabs, tokenLifetimeMs } from '../support/pages/tabs.ts'

test('a token that expires mid-use is renewed unseen: nothing typed is lost', async ({
  page,
  signIn,
  server,
  freshUser,
}) => {
  await signIn(page, freshUser)
  await page.getByRole('button', { name: 'New item' }).click()
  await page.getByLabel('Title').fill('Written while the token ran out')
  server.clock.advance(tokenLifetimeMs)
  await page.getByRole('button', { name: 'Add item' }).click()
  await expect(page.getByText('Written while the token ran out').first()).toBeVisible()
  await expect(page).toHaveURL('/items')
})

test('50 parallel calls with an expired token make one refresh, and 50 successes', async ({
  page,
  signIn,
  server,
  freshUser,
}) => {
  for (let number = 1; number <= 50; number += 1) {
    await server.services.items.create(freshUser.id, { title: `Item ${number}`, description: '' })
  }
  await signIn(page, freshUser)
  const rows = page.getByRole('listitem')
  for (const count of [40, 50]) {
    await page.getByRole('button', { name: 'Show more' }).click()
    await expect(rows).toHaveCount(count)
  }
  server.clock.advance(tokenLifetimeMs)
  let refreshes = 0
  let refused = 0
  page.on('response', (response) => {
    if (response.url().includes('auth.refresh')) refreshes += 1
    if (response.url().includes('items.delete') && response.status() === 401) refused += 1
  })
  // None is answered before all are sent.
  let sent = 0
  let release = () => {}
  const allSent = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/trpc/items.delete**', async (route) => {
    sent += route.request().url().split('?')[0]?.split(',').length ?? 0
    if (sent >= 50) release()
    await allSent
    await route.continue()
  })
  for (let left = 50; left > 0; left -= 1) {
    await page
      .getByRole('button', { name: /^Delete/ })
      .first()
      .click()
  }
  await expect(page.getByText('Nothing here yet')).toBeVisible()
  await expect.poll(async () => (await listItems()).length).toBe(0)
  expect(refused).toBeGreaterThan(0)
  expect(refreshes).toBe(1)

  async function listItems() {
    return (await server.services.items.list(freshUser.id, { limit: 100 })).items
  }
})

test('a device that slept renews its token once, before any call goes out', async ({
  page,
  context,
  signIn,
  server,
  freshUser,
}) => {
  await page.clock.install()
  await signIn(page, freshUser)
  await expect(page.getByText('Nothing here yet')).toBeVisible()
  const refreshes = countRefreshes(context)
  const refused: string[] = []
  page.on('response', (response) => {
    if (response.status() === 401) refused.push(response.url())
  })
  await page.clock.fastForward(tokenLifetimeMs)
  server.clock.advance(tokenLifetimeMs)
  const listed = page.waitForResponse('**/trpc/*items.list*')
  await page.evaluate(() =>
    document.dispatchEvent(new Event('visibilitychange', { bubbles: true })),
  )
  await listed
  await addItem(page, 'Written after the night')
  expect(refreshes.count()).toBe(1)
  expect(refused).toEqual([])
})

test('a clock that is hours wrong, and set while the page is open, changes nothing', async ({
  page,
  context,
  signIn,
  freshUser,
}) => {
  await page.addInitScript(() => {
    const trueNow = Date.now
    let hours = -11
    Date.now = () => trueNow() + hours * 3_600_000
    addEventListener('blur', () => {
      hours = 11
    })
  })
  await signIn(page, freshUser)
  await addItem(page, 'Written at the wrong hour')
  const refreshes = countRefreshes(context)
  await page.evaluate(() => dispatchEvent(new Event('blur')))
  await page.evaluate(() => dispatchEvent(new Event('focus')))
  await addItem(page, 'Written at another')
  expect(refreshes.count()).toBe(0)
})

test('offline says so and signs no one out; the session goes on when the network is back', async ({
  page,
  context,
  signIn,
  server,
  freshUser,
}) => {
  await page.clock.install()
  await signIn(page, freshUser)
  await addItem(page, 'Before')
  await context.setOffline(true)
  await expect(page.getByText('You’re offline.')).toBeVisible()
  await page.clock.fastForward(tokenLifetimeMs)
  server.clock.advance(tokenLifetimeMs)
  await page.getByRole('button', { name: 'New item' }).click()
  await page.getByLabel('Title').fill('After')
  await page.getByRole('button', { name: 'Add item' }).click()
  await expect(page.getByText(/can’t be reached.*Nothing you typed is lost/)).toBeVisible()
  // No timer goes off from here on: it is the network's return that counts.
  await page.clock.pauseAt(Date.now() + 2 * tokenLifetimeMs)
  const refreshed = page.waitForResponse('**/trpc/auth.refresh')
  await context.setOffline(false)
  await refreshed
  await page.clock.resume()
  await expect(page.getByText('You’re offline.')).toBeHidden()
  await page.getByRole('button', { name: 'Add item' }).click()
  await expect(page.getByRole('button', { name: 'Edit After' })).toBeVisible()
  await expect(page).toHaveURL('/items')
})

test('signing in as another user in another tab starts this one over: two users never mix', async ({
  page,
  context,
  signIn,
  server,
  freshUser,
  makeUser,
}) => {
  const other = await makeUser()
  await server.services.items.create(freshUser.id, { title: 'A private thing', description: '' })
  await signIn(page, freshUser)
  await expect(page.getByText('A private thing')).toBeVisible()
  const tab = await context.newPage()
  await tab.goto('/docs')
  await tab.evaluate(async ({ username, password }) => {
    await fetch('/trpc/auth.login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, password }),
    })
  }, other)
  await tab.goto('/items')
  for (const either of [tab, page]) {
    await expect(either.getByRole('button', { name: `${other.username}, account` })).toBeVisible()
    await expect(either.getByText('A private thing')).toBeHidden()
  }
})

test('tabs in step: each expiry costs one refresh, however many tabs there are', async ({
  page,
  context,
  signIn,
  server,
  freshUser,
}) => {
  await signIn(page, freshUser)
  const tabs = await openTabs(context, 5, '/items')
  const refreshes = countRefreshes(context)
  for (let expiry = 1; expiry <= 3; expiry += 1) {
    server.clock.advance(tokenLifetimeMs)
    await Promise.all(tabs.map((tab, index) => addItem(tab, `Item ${index} of ${expiry}`)))
    expect(refreshes.count()).toBe(expiry)
  }
})

async function addItem(page: Page, title: string): Promise<void> {
  await page.getByRole('button', { name: 'New item' }).click()
  await page.getByLabel('Title').fill(title)
  await page.getByLabel('Title').press('Enter')
  await expect(page.getByRole('button', { name: `Edit ${title}` })).toBeVisible()
}

function countRefreshes(context: BrowserContext) {
  let refreshes = 0
  context.on('request', (request) => {
    if (request.url().includes('auth.refresh')) refreshes += 1
  })
  return { count: () => refreshes }
}
