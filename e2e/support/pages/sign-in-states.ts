// The sign-in page's states and how each comes about: add an entry here, and every check covers it.

import type { Page } from 'playwright/test'
import { expect } from '../fixtures.ts'
import {
  answerSignIn,
  findSignInForm,
  holdSignIn,
  submitSignIn,
  trpcError,
} from './sign-in-form.ts'

interface SignInState {
  /** Whether time has to stand still until `enter` lets some of it pass. */
  needsStillClock?: true
  /** How the state comes about on the open page. */
  enter(page: Page): Promise<void>
}

export const signInStates: Record<string, SignInState> = {
  idle: { enter: async () => {} },
  'fields missing': {
    async enter(page) {
      await findSignInForm(page).submit.click()
      await expect(page.getByText('Enter your password.')).toBeVisible()
    },
  },
  'Caps Lock and Show': {
    async enter(page) {
      const { password, show } = findSignInForm(page)
      await password.fill(credentials.password)
      await show.click()
      await password.dispatchEvent('keydown', { key: 'A', modifierCapsLock: true })
      await expect(page.getByText('Caps Lock is on.')).toBeVisible()
    },
  },
  busy: {
    needsStillClock: true,
    async enter(page) {
      await holdSignIn(page)
      await submitSignIn(page, credentials)
      await expectState(page, 'busy')
      await page.clock.runFor(300)
      await expect(page.locator('.spinner')).toBeVisible()
    },
  },
  'still working': {
    needsStillClock: true,
    async enter(page) {
      await holdSignIn(page)
      await submitSignIn(page, credentials)
      await expectState(page, 'busy')
      await page.clock.runFor(8_000)
      await expect(page.getByRole('button', { name: 'Cancel' })).toBeVisible()
    },
  },
  'wrong password': {
    async enter(page) {
      await answerSignIn(page, trpcError(401, { reason: 'invalid_credentials' }))
      await submitSignIn(page, credentials)
      await expectState(page, 'error')
    },
  },
  throttled: {
    async enter(page) {
      await answerSignIn(page, trpcError(429, { reason: 'too_many_requests', retry_after: 3_599 }))
      await submitSignIn(page, credentials)
      await expectState(page, 'throttled')
    },
  },
  offline: {
    async enter(page) {
      await page.route('**/trpc/auth.login', (route) => route.abort())
      await submitSignIn(page, credentials)
      await expectState(page, 'offline')
    },
  },
  fault: {
    async enter(page) {
      await answerSignIn(page, { status: 500 })
      await submitSignIn(page, credentials)
      await expectState(page, 'fault')
    },
  },
  overloaded: {
    async enter(page) {
      await answerSignIn(page, trpcError(503, { reason: 'overloaded' }))
      await submitSignIn(page, credentials)
      await expectState(page, 'fault')
    },
  },
  refused: {
    async enter(page) {
      await answerSignIn(page, trpcError(403, { reason: 'cross_site' }))
      await submitSignIn(page, credentials)
      await expectState(page, 'error')
    },
  },
}

const credentials = { username: 'johndoe', password: 'secret' }

async function expectState(page: Page, state: string): Promise<void> {
  await expect(page.locator('.page')).toHaveAttribute('data-state', state)
}
