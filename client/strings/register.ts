// Every text of the registration page.

import { registerHeading } from '../../server/contract/brand.ts'
import { registerLabels, registerMessages } from '../../server/contract/pages/register-page.ts'

export const registerStrings = {
  /** From the contract: the server says these too, where scripts are late. */
  ...registerMessages,
  labels: registerLabels,
  heading: registerHeading,
  submit: 'Create account',
  submitBusy: 'Creating your account…',
  submitGranted: 'Account created',
  submitThrottled: (countdown: string) => `Try again in ${countdown}`,
  cancelled: 'Cancelled. If the account was created already, you can sign in.',
  granted: 'Account created. You are signed in.',
  toOtherPage: 'Have an account?',
  otherPage: 'Sign in',
} as const
