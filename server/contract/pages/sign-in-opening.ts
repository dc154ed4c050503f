// What the sign-in page shows first, and why the browser was sent there.

import type { SignInSlots } from './sign-in-page.ts'

/**
 * Apart from the page's other sentences: only the server says these, and the scripts carry none of
 * them.
 */
export const openingMessages = {
  expired: 'Your session has ended. Sign in to carry on.',
  signedOut: 'You’re signed out.',
  deleted: 'Your account and its data were deleted.',
  passwordReset:
    'Your password was changed and you are signed out everywhere. Sign in with the new one.',
  missingFields: 'Enter your username and password.',
  lostCookie:
    'This browser blocked the sign-in cookie. Allow cookies for this site and sign in again.',
  needsHttps: (product: string) =>
    `This browser blocked the sign-in cookie: it is for https only. Open ${product} at an https address, or leave COOKIE_SECURE out of its settings.`,
  openAt: (address: string) =>
    `This browser blocked the sign-in cookie. Open ${address}, allow cookies there, and sign in again.`,
} as const

/**
 * The `reason` in the page's address says why the browser was sent there.
 * @param lostCookie the sentence for a browser that keeps no cookie, where the cause is known
 */
export function openingSlots(
  reason: unknown,
  lostCookie: string = openingMessages.lostCookie,
): Pick<SignInSlots, 'state' | 'message'> {
  if (reason === 'expired') return { state: 'expired', message: openingMessages.expired }
  if (reason === 'signed-out') return { state: 'signed-out', message: openingMessages.signedOut }
  if (reason === 'deleted') return { state: 'signed-out', message: openingMessages.deleted }
  if (reason === 'password-reset') {
    return { state: 'signed-out', message: openingMessages.passwordReset }
  }
  if (reason === 'no-cookie') return { state: 'fault', message: lostCookie }
  return { state: 'idle', message: '' }
}
