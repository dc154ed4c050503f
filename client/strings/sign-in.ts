// Every text of the sign-in page, and no other, to keep its entry small.

import { productName, signInHeading, signInLead } from '../../server/contract/brand.ts'
import { signInMessages } from '../../server/contract/pages/sign-in-page.ts'

export const signInStrings = {
  /** From the contract: the server says these too, where scripts are late. */
  ...signInMessages,
  productName,
  heading: signInHeading,
  lead: signInLead,
  username: 'Username or email',
  password: 'Password',
  usernameMissing: 'Enter your username or email.',
  passwordMissing: 'Enter your password.',
  rememberMe: 'Keep me signed in on this device',
  forgot: 'Forgot password?',
  submit: 'Sign in',
  submitBusy: 'Signing in…',
  submitGranted: 'Signed in',
  submitThrottled: (countdown: string) => `Try again in ${countdown}`,
  throttled: 'Too many attempts. You can try again in',
  throttleOver: 'You can try again now.',
  stillWorking: 'Still working…',
  cancel: 'Cancel',
  cancelled: 'Cancelled.',
  offline: `${productName} can’t be reached. Check your connection and try again.`,
  granted: 'Signed in.',
  toOtherPage: 'New here?',
  otherPage: 'Create an account',
  apiDocs: 'API docs',
} as const
