// The foundations of the other browser tests, tested themselves.

import type { BrowserContext } from 'playwright/test'
import { homePath } from '../../server/contract/pages.ts'
import { expect, test } from './fixtures.ts'
import { collectLeaks } from './pages/leaked-secrets.ts'
import { collectPageErrors } from './pages/page-errors.ts'
import { openSignIn, submitSignIn } from './pages/sign-in-form.ts'

test('signing in without the form gives the same cookie as the form, and works', async ({
  page,
  context,
  browser,
  server,
  loginAs,
}) => {
  const admin = await loginAs(page, 'admin')
  await page.goto(`/users?search=${admin.username}`)
  await expect(page.getByRole('rowheader', { name: admin.username })).toBeVisible()

  const formContext = await browser.newContext({ baseURL: server.url })
  const form = await formContext.newPage()
  await openSignIn(form)
  await submitSignIn(form, admin)
  await expect(form).toHaveURL(homePath)
  expect(await describeCookies(context)).toEqual(await describeCookies(formContext))
  await formContext.close()
})

/** Everything except secrets and times. */
async function describeCookies(context: BrowserContext) {
  const cookies = await context.cookies()
  return cookies
    .map(({ value: _value, expires, ...rest }) => ({ ...rest, isPersistent: expires > 0 }))
    .sort((one, other) => one.name.localeCompare(other.name))
}

test('signing in with a wrong password fails the test that asked for it', async ({
  page,
  freshUser,
  loginAs,
}) => {
  const attempt = loginAs(page, { ...freshUser, password: 'wrong' })
  await expect(attempt).rejects.toThrow('Incorrect username or password')
})

test('moving the clock forward makes tokens expire', async ({ request, server, freshUser }) => {
  const { username, password } = freshUser
  const answer = await request.post('/token', { form: { username, password } })
  const { access_token: token, expires_in: lifetimeSeconds } = await answer.json()
  const headers = { authorization: `Bearer ${token}` }
  expect((await request.get('/api/users/me', { headers })).status()).toBe(200)
  server.clock.advance(lifetimeSeconds * 1000)
  const late = await request.get('/api/users/me', { headers })
  expect(late.status()).toBe(401)
  expect(await late.json()).toEqual({ detail: 'Token has expired' })
})

test.describe('what fails a test', () => {
  // In a context of its own, since what happens in the test's would fail this very test.
  test('is a page that throws', async ({ browser, server }) => {
    const context = await browser.newContext({ baseURL: server.url })
    const errors = collectPageErrors(context)
    const page = await context.newPage()
    await page.goto('/login')
    expect(errors).toEqual([])
    await page.evaluate(() => void Promise.reject(new Error('nobody catches this')))
    await expect.poll(() => errors).toEqual(['Error: nobody catches this'])
    await context.close()
  })

  test('is a page that breaks its own content security policy', async ({ browser, server }) => {
    const context = await browser.newContext({ baseURL: server.url })
    const errors = collectPageErrors(context)
    const page = await context.newPage()
    await page.goto('/login')
    await page.evaluate(() => document.body.setAttribute('style', 'color: red'))
    await expect.poll(() => errors.join()).toMatch(/content.security.policy/i)
    await context.close()
  })

  test('is a password or a token in an address or on the console', async ({ browser, server }) => {
    const context = await browser.newContext({ baseURL: server.url })
    const told = collectLeaks(context)
    const page = await context.newPage()
    await page.goto(`/login?next=${homePath}`)
    expect(told.find(['a pass word'])).toEqual([])
    await page.goto('/login?password=a%20pass%20word')
    const token = `${'a'.repeat(22)}.1.${'b'.repeat(43)}`
    await page.evaluate((text) => console.log(text), token)
    await expect.poll(() => told.find(['a pass word'])).toHaveLength(2)
    await context.close()
  })
})
