// What the sign-in form promises to the person, the keyboard and the password manager.

import type { Page } from 'playwright/test'
import { productName, signInHeading, signInLead } from '../server/contract/brand.ts'
import { homePath } from '../server/contract/pages.ts'
import { expect, test } from './support/fixtures.ts'
import {
  expectAwake,
  findSignInForm,
  holdSignIn,
  openSignIn,
  submitSignIn,
} from './support/pages/sign-in-form.ts'

test('1. 2. 3. it is a real form that password managers recognise', async ({ page }) => {
  await openSignIn(page, '?next=/account')
  const { username, password } = findSignInForm(page)

  await test.step('1. a real form with visible labels and stable names', async () => {
    const form = page.locator('form')
    await expect(form).toHaveAttribute('method', 'post')
    await expect(form).toHaveAttribute('action', '/login')
    await expect(form.locator('input[name=next]')).toHaveValue('/account')
    for (const [name, label] of [
      ['username', 'Username or email'],
      ['password', 'Password'],
    ] as const) {
      await expect(page.getByText(label, { exact: true })).toBeVisible()
      const input = page.getByLabel(label, { exact: true })
      await expect(input).toHaveAttribute('id', name)
      await expect(input).toHaveAttribute('name', name)
    }
  })

  await test.step('2. the username is a text field that no keyboard corrects', async () => {
    await expect(username).toHaveAttribute('type', 'text')
    await expect(username).toHaveAttribute('autocomplete', 'username')
    await expect(username).toHaveAttribute('autocapitalize', 'none')
    await expect(username).toHaveAttribute('spellcheck', 'false')
  })

  await test.step('3. a password manager recognises the password field', async () => {
    await expect(password).toHaveAttribute('type', 'password')
    await expect(password).toHaveAttribute('autocomplete', 'current-password')
  })
})

test('5. what is typed before the scripts arrive stays, and so does the focus', async ({
  page,
  freshUser,
}) => {
  let release = () => {}
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  await page.route('**/assets/login-*.js', async (route) => {
    await released
    await route.continue()
  })
  await page.goto('/login', { waitUntil: 'commit' })
  const { username, password } = findSignInForm(page)
  await username.pressSequentially(freshUser.username)
  await page.keyboard.press('Tab')
  await page.keyboard.type(freshUser.password.slice(0, 8))
  await expect(page.locator('form')).toHaveJSProperty('noValidate', false)
  release()
  await expectAwake(page)
  await expect(username).toHaveValue(freshUser.username)
  await expect(password).toBeFocused()
  await page.keyboard.type(freshUser.password.slice(8))
  await page.keyboard.press('Enter')
  await expect(page).toHaveURL(homePath)
})

test('6. a long password can be pasted whole', async ({ page }) => {
  await openSignIn(page)
  const { username, password } = findSignInForm(page)
  const long = 'correct horse battery staple '.repeat(9)
  await username.fill(long)
  await username.press('ControlOrMeta+a')
  await username.press('ControlOrMeta+x')
  await password.press('ControlOrMeta+v')
  await expect(password).toHaveValue(long)
  for (const input of [username, password]) {
    await expect(input).not.toHaveAttribute('maxlength')
    await expect(input).not.toHaveAttribute('pattern')
  }
})

test('7. Show shows the password, keeps it, and says its state without changing its text', async ({
  page,
  freshUser,
}) => {
  await openSignIn(page)
  const { password, show } = findSignInForm(page)
  await password.fill('as I typed it')
  for (const [shown, type] of [
    ['false', 'password'],
    ['true', 'text'],
    ['false', 'password'],
    ['true', 'text'],
  ] as const) {
    await expect(show).toHaveAttribute('aria-pressed', shown)
    await expect(show).toHaveText('Show')
    await expect(password).toHaveAttribute('type', type)
    await expect(password).toHaveValue('as I typed it')
    await show.click()
  }

  await test.step('a password that is sent is hidden again', async () => {
    await show.click()
    await expect(password).toHaveAttribute('type', 'text')
    const gate = await holdSignIn(page)
    await submitSignIn(page, freshUser)
    await expect(password).toHaveAttribute('type', 'password')
    await expect(show).toHaveAttribute('aria-pressed', 'false')
    gate.open()
    await expect(page).toHaveURL(homePath)
  })
})

test('7. a page from the back/forward cache hides the password again', {
  tag: '@chromium',
}, async ({ playwright, wholeBrowser, server }) => {
  // Playwright's own browser has that cache switched off.
  const browser = await playwright.chromium.launch({
    ...wholeBrowser,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  })
  const page = await browser.newPage({ baseURL: server.url })
  await openSignIn(page)
  await page.evaluate(() => {
    addEventListener('pageshow', ({ persisted }) => {
      document.body.dataset.persisted = String(persisted)
    })
  })
  const { password, show } = findSignInForm(page)
  await password.fill('left behind')
  await show.click()
  await page.getByRole('link', { name: 'API docs' }).click()
  await expect(page).toHaveURL(/\/docs/)
  // Not `goBack`, which waits for a load that such a page does not have. Pressed once the page has
  // answered, because it then goes away.
  await page.evaluate(() => void setTimeout(() => history.back()))
  await expect(page.locator('body')).toHaveAttribute('data-persisted', 'true')
  await expect(password).toHaveAttribute('type', 'password')
  await expect(show).toHaveAttribute('aria-pressed', 'false')
  await browser.close()
})

test('8. Caps Lock is pointed out, politely, while it is on', async ({ page }) => {
  await openSignIn(page)
  const { password } = findSignInForm(page)
  const hint = page.getByText('Caps Lock is on.')
  await password.focus()
  await password.dispatchEvent('keydown', { key: 'A', modifierCapsLock: true })
  await expect(hint).toBeVisible()
  await expect(hint).toHaveAttribute('aria-live', 'polite')
  await expect(password).toHaveAccessibleDescription('Caps Lock is on.')
  await password.dispatchEvent('keyup', { key: 'CapsLock', modifierCapsLock: false })
  await expect(hint).toHaveCount(0)
})

test('9. Enter signs in, from either field', async ({ page, freshUser }) => {
  for (const field of ['username', 'password'] as const) {
    await test.step(field, async () => {
      await openSignIn(page)
      const form = findSignInForm(page)
      await form.username.fill(freshUser.username)
      await form.password.fill(freshUser.password)
      await form[field].press('Enter')
      await expect(page).toHaveURL(homePath)
      await forgetSession(page)
    })
  }
})

test('10. a double click, and Enter after it, send one request', async ({ page, freshUser }) => {
  await openSignIn(page)
  const gate = await holdSignIn(page)
  const { username, password, submit } = findSignInForm(page)
  await username.fill(freshUser.username)
  await password.fill(freshUser.password)
  await submit.dblclick()
  await password.press('Enter')
  await expect(submit).toHaveAttribute('aria-disabled', 'true')
  // Natively disabled, it would lose the focus, and hide from screen readers why nothing happens.
  await expect(submit).toHaveJSProperty('disabled', false)
  gate.open()
  await expect(page).toHaveURL(homePath)
  expect(gate.calls).toBe(1)
})

test('12. an empty form says what is missing, at the field, and sends nothing', async ({
  page,
}) => {
  await openSignIn(page)
  const gate = await holdSignIn(page)
  const { username, password, submit } = findSignInForm(page)
  await submit.click()
  await expect(username).toBeFocused()
  await expect(username).toHaveAttribute('aria-invalid', 'true')
  await expect(username).toHaveAccessibleDescription('Enter your username or email.')
  await expect(password).toHaveAttribute('aria-invalid', 'true')
  await expect(password).toHaveAccessibleDescription('Enter your password.')
  await expect(page).toHaveTitle(`Error: ${signInHeading} · ${productName}`)

  await username.fill('johndoe')
  await expect(username).toHaveAttribute('aria-invalid', 'false')
  await expect(username).toHaveAccessibleDescription('')
  await submit.click()
  await expect(password).toBeFocused()
  expect(gate.calls).toBe(0)
})

test('19. the reason for being here is shown before any script has run, and afterwards', async ({
  page,
}) => {
  const scripts = '**/assets/*.js'
  for (const [reason, notice] of [
    ['expired', 'Your session has ended. Sign in to carry on.'],
    ['signed-out', 'You’re signed out.'],
  ] as const) {
    await test.step(`${reason}, before`, async () => {
      await page.route(scripts, (route) => route.abort())
      await page.goto(`/login?reason=${reason}`)
      await expect(page.getByRole('alert')).toHaveText(notice)
      await expect(page).toHaveTitle(`${signInHeading} · ${productName}`)
    })
    await test.step(`${reason}, afterwards`, async () => {
      await page.unroute(scripts)
      await openSignIn(page, `?reason=${reason}`)
      await expect(page.getByRole('alert')).toHaveText(notice)
    })
  }
})

test('20. the right password leads to next, even after a wrong one', async ({
  page,
  freshUser,
}) => {
  await openSignIn(page, '?next=%2Faccount%3Fa%3Db')
  await expect(page.getByText(signInLead)).toBeVisible()
  await submitSignIn(page, { ...freshUser, password: 'wrong' })
  await expect(page.getByRole('alert')).toContainText('Incorrect username')
  await submitSignIn(page, freshUser)
  await expect(page).toHaveURL('/account?a=b')
})

test('20. R75: a next that is not one of our paths leads to our own page', async ({
  page,
  freshUser,
}) => {
  for (const next of [
    '//evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/%252Fevil.example',
    'https://evil.example',
  ]) {
    await test.step(JSON.stringify(next), async () => {
      await openSignIn(page, `?next=${encodeURIComponent(next)}`)
      await submitSignIn(page, freshUser)
      await expect(page).toHaveURL(homePath)
      // Signed in already: another way to the same place.
      await page.goto(`/login?next=${encodeURIComponent(next)}`)
      await expect(page).toHaveURL(homePath)
      await forgetSession(page)
    })
  }
})

test('21. a signed-in user goes straight to next', async ({ page, loginAs }) => {
  await loginAs(page, 'user')
  await page.goto('/login?next=/account')
  await expect(page).toHaveURL('/account')
})

test('21. Back does not lead to a sign-in page that has done its work', async ({
  page,
  freshUser,
}) => {
  await page.goto('/docs')
  await openSignIn(page)
  await submitSignIn(page, freshUser)
  await expect(page).toHaveURL(homePath)
  await page.goBack()
  await expect(page).toHaveURL(/\/docs/)
})

test('23. Tab goes from username to password, Show, remember me, the forgotten password, the button, register and out', async ({
  page,
}) => {
  await openSignIn(page)
  const { username, password, show, rememberMe, submit, register } = findSignInForm(page)
  const docsLink = page.getByRole('link', { name: 'API docs' })
  const forgot = page.getByRole('link', { name: 'Forgot password?' })
  for (const stop of [username, password, show, rememberMe, forgot, submit, register, docsLink]) {
    await page.keyboard.press('Tab')
    await expect(stop).toBeFocused()
  }
})

test('20. the link to registration knows the final destination', async ({ page }) => {
  await openSignIn(page, `?next=${encodeURIComponent('/account?a="b"&c=d')}`)
  const { register } = findSignInForm(page)
  const href = await register.getAttribute('href')
  const [path, query] = href?.split('?') ?? []
  expect(path).toBe('/register')
  expect(new URLSearchParams(query).get('next')).toBe('/account?a=%22b%22&c=d')
})

/** The page is left first: without its session it would redirect by itself. */
async function forgetSession(page: Page): Promise<void> {
  await page.goto('/healthz')
  await page.context().clearCookies()
}
