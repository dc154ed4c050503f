// The marks that the build leaves in the prerendered registration page, for the server's text.

import type { RegisterView } from './register-page.ts'
import { slotMarks } from './sign-in-slots.ts'

export const registerSlotMarks: RegisterView = {
  ...slotMarks,
  usernameInvalid: bitMark('usernameInvalid'),
  usernameNote: '__KEYCARD_usernameNote__',
  email: '__KEYCARD_email__',
  emailInvalid: bitMark('emailInvalid'),
  emailNote: '__KEYCARD_emailNote__',
  passwordInvalid: bitMark('passwordInvalid'),
  passwordNote: '__KEYCARD_passwordNote__',
  minimum: '__KEYCARD_minimum__',
}

/** Stands where the server writes one of the words true and false. */
function bitMark(name: string): 'true' {
  return `__KEYCARD_${name}__` as 'true'
}
