// The items page: an item's whole life, and typed text is never lost.

import type { Page } from 'playwright/test'
import { productName } from '../../server/contract/brand.ts'
import { expect, test } from '../support/fixtures.ts'
import { expectNoSidewaysScroll } from '../support/pages/accessible.ts'

// As a browser translates them: their words stay, their text nodes do not.
test.use({ translated: true })

test('an item is added, changed and deleted, and a reload shows the same', async ({
  page,
  loginAs,
}) => {
  await loginAs(page, 'user')
  await page.goto('/items')
  await expect(page.getByText('Nothing here yet')).toBeVisible()

  await addItem(page, 'Milk', 'Two litres')
  await expect(page.getByRole('button', { name: 'New item' })).toBeFocused()
  await expect(row(page, 'Milk')).toContainText('Two litres')

  await page.getByRole('button', { name: 'Edit Milk' }).click()
  await expect(page.getByLabel('Title')).toBeFocused()
  await page.getByLabel('Title').fill('Oat milk')
  await page.getByLabel('Title').press('Enter')
  await expect(page.getByRole('button', { name: 'Edit Oat milk' })).toBeFocused()
  await page.reload()
  await expect(row(page, 'Oat milk')).toContainText('Two litres')

  // Deleted, taken back, and deleted: it can be taken back for ten seconds.
  await page.clock.install()
  await page.getByRole('button', { name: 'Delete Oat milk' }).click()
  await expect(page.getByText('Nothing here yet')).toBeVisible()
  await expect(page.getByText('Deleted Oat milk.')).toBeVisible()
  await page.getByRole('button', { name: 'Undo' }).click()
  await expect(row(page, 'Oat milk')).toContainText('Two litres')
  await page.getByRole('button', { name: 'Delete Oat milk' }).click()
  await expect(page.getByRole('button', { name: 'Undo' })).toBeVisible()
  await page.mouse.move(0, 0)
  await page.clock.fastForward(10_000)
  await expect(page.getByRole('button', { name: 'Undo' })).toBeHidden()
  await page.clock.resume()
  await expect(page.getByText('Nothing here yet')).toBeVisible()
  await page.reload()
  await expect(page.getByText('Nothing here yet')).toBeVisible()
})

test('an empty title is refused by the page, and one too long by the server, in words', async ({
  page,
  loginAs,
}) => {
  await loginAs(page, 'user')
  await page.goto('/items')
  await page.getByRole('button', { name: 'New item' }).click()
  await page.getByRole('button', { name: 'Add item' }).click()
  await expect(page.getByLabel('Title')).toHaveAccessibleDescription('Enter a title.')
  await expect(page.getByLabel('Title')).toBeFocused()

  await page.getByLabel('Title').fill('x'.repeat(201))
  await page.getByRole('button', { name: 'Add item' }).click()
  await expect(page.getByLabel('Title')).toHaveAccessibleDescription(
    'Title must be at most 200 characters.',
  )
  await expect(page.getByLabel('Title')).toHaveValue('x'.repeat(201))
})

test('typed text stays when the server cannot be reached, and is saved afterwards', async ({
  page,
  loginAs,
}) => {
  await loginAs(page, 'user')
  await page.goto('/items')
  await page.route('**/trpc/items.create*', (route) => route.abort())
  await page.getByRole('button', { name: 'New item' }).click()
  await page.getByLabel('Title').fill('A long thought')
  await page.getByLabel('Description').fill('that took an hour to write')
  await page.getByRole('button', { name: 'Add item' }).click()
  await expect(page.getByRole('alert').getByText(`${productName} can’t be reached.`)).toBeVisible()
  await expect(page.getByLabel('Title')).toHaveValue('A long thought')
  await expect(page.getByLabel('Description')).toHaveValue('that took an hour to write')

  await page.unroute('**/trpc/items.create*')
  await page.getByRole('button', { name: 'Add item' }).click()
  await expect(row(page, 'A long thought')).toBeVisible()
})

test('a deletion that fails brings the row back, and says so', async ({
  page,
  loginAs,
  server,
  freshUser,
}) => {
  await server.services.items.create(freshUser.id, { title: 'Keep me', description: '' })
  await loginAs(page, freshUser)
  await page.goto('/items')
  await page.route('**/trpc/items.delete*', (route) => route.abort())
  await page.getByRole('button', { name: 'Delete Keep me' }).click()
  await expect(page.getByText('Keep me was not deleted, and is back in the list.')).toBeVisible()
  await expect(row(page, 'Keep me')).toBeVisible()
})

test('typed changes survive the deletion of the item elsewhere', async ({
  page,
  loginAs,
  server,
  freshUser,
}) => {
  const { items } = server.services
  const { id } = await items.create(freshUser.id, { title: 'Shared', description: '' })
  await loginAs(page, freshUser)
  await page.goto('/items')
  await page.getByRole('button', { name: 'Edit Shared' }).click()
  await page.getByLabel('Description').fill('my words')
  await items.delete(freshUser.id, id)
  await page.getByRole('button', { name: 'Save changes' }).click()
  await expect(page.getByText('This item has been deleted.')).toBeVisible()
  await expect(page.getByLabel('Description')).toHaveValue('my words')
})

test('two tabs that edit one item: the second sees both texts, and loses neither', async ({
  page,
  loginAs,
  server,
  freshUser,
}) => {
  const { items } = server.services
  const { id } = await items.create(freshUser.id, { title: 'Shared', description: 'first' })
  await loginAs(page, freshUser)
  await page.goto('/items')
  await page.getByRole('button', { name: 'Edit Shared' }).click()
  await page.getByLabel('Description').fill('my words')
  await items.update(freshUser.id, id, { description: 'their words' })
  // What was typed before a reload was made from the old version.
  page.on('dialog', (dialog) => dialog.accept())
  await page.reload()
  await page.getByRole('button', { name: 'Edit Shared' }).click()
  await expect(page.getByLabel('Description')).toHaveValue('my words')
  await page.getByRole('button', { name: 'Save changes' }).click()
  await expect(page.getByText('This item was changed elsewhere.')).toBeVisible()
  await expect(page.locator('p', { hasText: 'their words' })).toBeVisible()
  await expect(page.getByLabel('Description')).toHaveValue('my words')

  // Once more meanwhile: what is replaced is always what was shown.
  await items.update(freshUser.id, id, { description: 'their last words' })
  await page.getByRole('button', { name: 'Save mine instead' }).click()
  await expect(page.locator('p', { hasText: 'their last words' })).toBeVisible()
  await page.getByRole('button', { name: 'Save mine instead' }).click()
  await expect(row(page, 'Shared')).toContainText('my words')

  await page.getByRole('button', { name: 'Edit Shared' }).click()
  await page.getByLabel('Description').fill('never mind')
  await items.update(freshUser.id, id, { description: 'theirs again' })
  await page.getByRole('button', { name: 'Save changes' }).click()
  await page.getByRole('button', { name: 'Use this text' }).click()
  await expect(row(page, 'Shared')).toContainText('theirs again')
})

test('a long list comes page by page, newest first, each item once', async ({
  page,
  loginAs,
  server,
  freshUser,
}) => {
  for (let number = 1; number <= 45; number += 1) {
    await server.services.items.create(freshUser.id, { title: `Item ${number}`, description: '' })
  }
  await loginAs(page, freshUser)
  await page.goto('/items')
  const rows = page.getByRole('listitem')
  await expect(rows).toHaveCount(20)
  await page.getByRole('button', { name: 'Show more' }).click()
  await expect(rows).toHaveCount(40)
  await page.getByRole('button', { name: 'Show more' }).click()
  await expect(rows).toHaveCount(45)
  await expect(page.getByRole('button', { name: 'Show more' })).toBeHidden()
  await expect(rows.nth(40)).toBeFocused()
  expect(new Set(await rows.getByRole('heading').allTextContents()).size).toBe(45)
})

test('a search finds items on any page, and Ctrl and Enter saves what it found', async ({
  page,
  loginAs,
  server,
  freshUser,
}) => {
  const { items } = server.services
  await items.create(freshUser.id, { title: 'Needle', description: 'in the hay' })
  for (let number = 1; number <= 25; number += 1) {
    await items.create(freshUser.id, { title: `Item ${number}`, description: '' })
  }
  await loginAs(page, freshUser)
  await page.goto('/items')
  const search = page.getByRole('searchbox', { name: 'Search items' })
  await search.fill('hay NEED')
  await expect(page.getByRole('listitem')).toHaveCount(1)
  await page.getByRole('button', { name: 'Edit Needle' }).click()
  await page.getByLabel('Description').fill('out of it')
  await page.getByLabel('Description').press('Control+Enter')
  await expect(row(page, 'Needle')).toContainText('out of it')
  await search.fill('nowhere')
  await expect(page.getByText('Nothing matches “nowhere”')).toBeVisible()
  await page.getByRole('button', { name: 'Clear search' }).click()
  await expect(page.getByRole('listitem')).toHaveCount(20)
})

test('text stays as it was written: markup, emoji, right to left, no breaks', async ({
  page,
  loginAs,
}) => {
  await loginAs(page, 'user')
  await page.goto('/items')
  const titles = ['<b>bold</b> & "quoted"', '👩‍🚀 נסיעה לירח', 'a'.repeat(200)]
  for (const title of titles) {
    await addItem(page, title, '')
    await expect(page.getByRole('heading', { level: 2, name: title, exact: true })).toBeVisible()
  }
  await page.setViewportSize({ width: 320, height: 700 })
  await expectNoSidewaysScroll(page)
})

test('a list that does not load says why, and loads when it is tried again', async ({
  page,
  loginAs,
}) => {
  await page.route('**/trpc/items.list*', (route) => route.fulfill({ status: 500, json: fault }))
  await loginAs(page, 'user')
  await page.goto('/items')
  await expect(page.getByText('Something broke on our side')).toBeVisible()
  await page.unroute('**/trpc/items.list*')
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText('Nothing here yet')).toBeVisible()
})

const data = { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500, path: 'items.list' }
const fault = [{ error: { message: 'Something went wrong on our side', code: -32603, data } }]

async function addItem(page: Page, title: string, description: string): Promise<void> {
  await page.getByRole('button', { name: 'New item' }).click()
  await page.getByLabel('Title').fill(title)
  await page.getByLabel('Description').fill(description)
  await page.getByRole('button', { name: 'Add item' }).click()
}

function row(page: Page, title: string) {
  const heading = page.getByRole('heading', { level: 2, name: title, exact: true })
  return page.getByRole('listitem').filter({ has: heading })
}
