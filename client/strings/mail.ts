// The texts of the page of mail links that are the same in every answer.

import { signInStrings } from './sign-in.ts'

export const mailPageStrings = {
  username: signInStrings.username,
  newPassword: 'New password',
} as const
