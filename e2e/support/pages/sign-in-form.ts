// The sign-in page as a person finds it, by label, role and name; and answers in place of the server's.

import type { Page } from 'playwright/test'
import { expect } from '../fixtures.ts'

export interface Credentials {
  username: string
  password: string
}

export function findSignInForm(page: Page) {
  return {
    username: page.getByLabel('Username or email'),
    password: page.getByLabel('Password', { exact: true }),
    show: page.getByRole('button', { name: 'Show password' }),
    rememberMe: page.getByLabel('Keep me signed in on this device'),
    /** Whatever its present text. */
    submit: page.getByRole('button', { name: /^(Sign|Try again)/ }),
    register: page.getByRole('link', { name: 'Create an account' }),
    alert: page.getByRole('alert'),
  }
}

/** Opens the page and waits until its scripts have taken over the form. */
export async function openSignIn(page: Page, search = ''): Promise<void> {
  await page.goto(`/login${search}`)
  await expectAwake(page)
}

/** From then on time passes only by `page.clock.runFor`. */
export async function openWithStillClock(page: Page): Promise<void> {
  await page.clock.install()
  await openSignIn(page)
  await page.clock.pauseAt(await page.evaluate(() => Date.now() + 1_000))
}

/** Without scripts the browser checks the form itself; with them the page does. */
export async function expectAwake(page: Page): Promise<void> {
  await expect(page.locator('form')).toHaveJSProperty('noValidate', true)
}

export async function submitSignIn(page: Page, { username, password }: Credentials): Promise<void> {
  const form = findSignInForm(page)
  await form.username.fill(username)
  await form.password.fill(password)
  await form.submit.click()
}

const loginCalls = '**/trpc/auth.login'

/** Sign-in calls wait unanswered; `calls` counts them, `open` releases them and all later ones. */
export async function holdSignIn(page: Page) {
  const gate = { calls: 0, open: () => {} }
  const opened = new Promise<void>((resolve) => {
    gate.open = resolve
  })
  await page.route(loginCalls, async (route) => {
    gate.calls += 1
    await opened
    await route.continue()
  })
  return gate
}

export interface Answer {
  status: number
  contentType?: string
  body?: string
}

/** Every sign-in call gets this answer, until `page.unroute`d by `answerTruly`. */
export async function answerSignIn(page: Page, answer: Answer): Promise<void> {
  await page.route(loginCalls, (route) => route.fulfill(answer))
}

export async function answerTruly(page: Page): Promise<void> {
  await page.unroute(loginCalls)
}

/** An error as /trpc writes it. */
export function trpcError(status: number, data: Record<string, unknown> = {}): Answer {
  const error = { message: 'Refused', code: -32_603, data: { httpStatus: status, ...data } }
  return { status, contentType: 'application/json', body: JSON.stringify({ error }) }
}
