// The marks that the build leaves in the prerendered registration page, for the server's text.

import type { RegisterView } from './register-page.ts'

export const registerSlotMarks: RegisterView = {
  title: '__KEYCARD_title__',
  state: '__KEYCARD_state__',
  light: '__KEYCARD_light__',
  lead: '__KEYCARD_lead__',
  tone: '__KEYCARD_tone__',
  message: '__KEYCARD_message__',
  next: '__KEYCARD_next__',
  signIn: '__KEYCARD_signIn__',
  username: '__KEYCARD_username__',
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
