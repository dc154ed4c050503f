// Every text of the dialog that asks for the password again, over a page with unsaved work.

import { openingMessages } from '../../server/contract/pages/sign-in-opening.ts'
import { signInStrings } from './sign-in.ts'

export const signInAgainStrings = {
  /** The same failures as on the sign-in page, and so the same words. */
  ...signInStrings,
  lostCookie: openingMessages.lostCookie,
  heading: 'Sign in to carry on',
  lead: 'Your session has ended. What you typed is still here.',
  username: 'Username',
  otherAccount: 'Use another account',
  otherAccountNote: 'Signing in to another account discards what you typed.',
  leave: 'Leave without saving',
} as const
