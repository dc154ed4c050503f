// What the sign-in page says while it waits, and when something goes wrong.

import type { Page } from 'playwright/test'
import { productName, signInHeading } from '../server/contract/brand.ts'
import { homePath } from '../server/contract/pages.ts'
import { expect, test } from './support/fixtures.ts'
import {
  type Answer,
  answerSignIn,
  answerTruly,
  findSignInForm,
  holdSignIn,
  openSignIn,
  openWithStillClock,
  submitSignIn,
  trpcError,
} from './support/pages/sign-in-form.ts'

// As a browser translates them: their words stay, their text nodes do not.
test.use({ translated: true })

const credentials = { username: 'johndoe', password: 'secret' }
const mismatch = 'Incorrect username, email or password.'
const fault = 'Something broke on our side, not yours. Try again in a moment.'

test('11. while it is busy the button keeps its size, and says what it does', async ({ page }) => {
  await openWithStillClock(page)
  const gate = await holdSignIn(page)
  const { submit } = findSignInForm(page)
  const box = await submit.boundingBox()
  await submitSignIn(page, credentials)
  await expect(submit).toHaveAccessibleName('Signing in…')
  expect(await submit.boundingBox()).toEqual(box)

  await test.step('a spinner turns up after 300 ms, and not before', async () => {
    const spinner = page.locator('.spinner')
    await page.clock.runFor(299)
    await expect(spinner).toHaveCount(0)
    await page.clock.runFor(1)
    await expect(spinner).toHaveCount(1)
    expect(await submit.boundingBox()).toEqual(box)
  })

  gate.open()
  await expect(page).toHaveURL(homePath)
})

test('13. 22. wrong credentials make one message, and an empty password field with the focus', async ({
  page,
}) => {
  await openSignIn(page)
  await expect(page).toHaveTitle(`${signInHeading} · ${productName}`)
  const { username, password, alert } = findSignInForm(page)
  // The area was there before: only then is new text in it announced.
  await expect(alert).toHaveCount(1)
  await expect(alert).toHaveText('')
  await alert.evaluate((element) => element.setAttribute('data-was', 'there'))
  await submitSignIn(page, { ...credentials, password: 'wrong' })
  await expect(alert).toHaveText(mismatch)
  await expect(alert).toHaveAttribute('data-was', 'there')
  await expect(page.getByText(/match|wrong|incorrect/i)).toHaveCount(1)
  await expect(username).toHaveValue(credentials.username)
  await expect(password).toHaveValue('')
  await expect(password).toBeFocused()
  for (const field of [username, password]) {
    await expect(field).toHaveAttribute('aria-invalid', 'false')
  }

  await test.step('22. the title says Error for as long as there is one', async () => {
    await expect(page).toHaveTitle(`Error: ${signInHeading} · ${productName}`)
    const gate = await holdSignIn(page)
    await submitSignIn(page, credentials)
    await expect(page).toHaveTitle(`${signInHeading} · ${productName}`)
    gate.open()
    await expect(page).toHaveURL(homePath)
  })
})

test('13. an unknown user and a disabled one with the right password see exactly the same', async ({
  page,
}) => {
  const pages: string[] = []
  for (const { username, password } of [
    { username: 'johndoe', password: 'wrong' },
    { username: 'nobody', password: 'secret' },
    { username: 'alice', password: 'secret2' },
  ]) {
    await openSignIn(page)
    await submitSignIn(page, { username, password })
    await expect(findSignInForm(page).alert).toHaveText(mismatch)
    const title = await page.title()
    const snapshot = await page.locator('body').ariaSnapshot()
    pages.push(`${title}\n${snapshot.replaceAll(username, 'NAME')}`)
  }
  const [first, ...others] = pages
  expect(others).toEqual([first, first])
})

test('15. too many attempts: a countdown that is seen each second, and heard at both ends', async ({
  page,
}) => {
  await openWithStillClock(page)
  await answerSignIn(page, trpcError(429, { reason: 'too_many_requests', retry_after: 3 }))
  const { submit, alert } = findSignInForm(page)
  await submitSignIn(page, credentials)
  const heard = '- alert: Too many attempts. You can try again in 3 seconds.'
  await expect(submit).toHaveAccessibleName('Try again in 0:03')
  await answerTruly(page)
  let calls = 0
  page.on('request', (request) => {
    if (request.url().includes('auth.login')) calls += 1
  })
  for (const seconds of [3, 2, 1]) {
    await expect(submit).toHaveAccessibleName(`Try again in 0:0${seconds}`)
    await expect(submit).toHaveAttribute('aria-disabled', 'true')
    await expect(alert.locator('.countdown')).toHaveText(`0:0${seconds}`)
    await expect(alert).toMatchAriaSnapshot(heard)
    await expect(page.getByRole('status')).toHaveText('')
    // By force: Playwright itself would not click a button that says it is disabled.
    await submit.click({ force: true })
    await page.clock.runFor(1_000)
  }
  await expect(page.getByRole('status')).toHaveText('You can try again now.')
  await expect(alert).toHaveText('')
  await expect(submit).toHaveAccessibleName('Sign in')
  expect(calls).toBe(0)
  await expectValuesKept(page)
  await submit.click()
  await expect(page).toHaveURL(homePath)
})

test('16. without a connection it says so, and keeps what was typed', async ({ page, context }) => {
  await openSignIn(page)
  await context.setOffline(true)
  await submitSignIn(page, credentials)
  const { alert, submit } = findSignInForm(page)
  await expect(alert).toHaveText(
    `${productName} can’t be reached. Check your connection and try again.`,
  )
  await expectValuesKept(page)
  await context.setOffline(false)
  await submit.click()
  await expect(page).toHaveURL(homePath)
})

test('17. after 8 s it says that it is still working, and can be cancelled', async ({ page }) => {
  await openWithStillClock(page)
  await holdSignIn(page)
  const { submit } = findSignInForm(page)
  await submitSignIn(page, credentials)
  await expect(submit).toHaveAccessibleName('Signing in…')
  const cancel = page.getByRole('button', { name: 'Cancel' })
  await page.clock.runFor(7_999)
  await expect(cancel).toHaveCount(0)
  await page.clock.runFor(1)
  await expect(cancel).toBeVisible()
  await expect(page.getByRole('status')).toHaveText('Still working…')

  const aborted = page.waitForEvent('requestfailed')
  await cancel.click()
  expect((await aborted).url()).toContain('auth.login')
  await expect(page.getByRole('status')).toHaveText('Cancelled.')
  await expect(submit).toBeFocused()
  await expect(submit).toHaveAccessibleName('Sign in')
  await expect(page).toHaveTitle(`${signInHeading} · ${productName}`)
  await expectValuesKept(page)
  await answerTruly(page)
  await submit.click()
  await expect(page).toHaveURL(homePath)
})

test('18. an internal error is reported as our fault', async ({ page }) => {
  for (const [name, answer] of Object.entries({
    'a 500 of ours': trpcError(500, { code: 'INTERNAL_SERVER_ERROR' }),
    "a proxy's 502 in HTML": { status: 502, contentType: 'text/html', body: '<h1>No Gateway</h1>' },
    'a 503 without a body': { status: 503 },
    'a 200 that is a page': { status: 200, contentType: 'text/html', body: '<h1>Welcome</h1>' },
    'a 200 with JSON that is not an answer': {
      status: 200,
      contentType: 'application/json',
      body: '{"ok":true}',
    },
  })) {
    await test.step(name, () => expectFailure(page, answer, fault))
  }
  await test.step('a server too busy to check the password asks for another try', async () => {
    const answer = trpcError(503, { reason: 'overloaded', retry_after: 1 })
    await expectFailure(
      page,
      answer,
      `${productName} is very busy right now. Try again in a moment.`,
    )
  })
})

async function expectFailure(page: Page, answer: Answer, words: string): Promise<void> {
  await openSignIn(page)
  await answerSignIn(page, answer)
  await submitSignIn(page, credentials)
  await expect(findSignInForm(page).alert).toHaveText(words)
  await expect(page).toHaveTitle(`Error: ${signInHeading} · ${productName}`)
  await expectValuesKept(page)
  await answerTruly(page)
}

async function expectValuesKept(page: Page): Promise<void> {
  const { username, password } = findSignInForm(page)
  await expect(username).toHaveValue(credentials.username)
  await expect(password).toHaveValue(credentials.password)
}
