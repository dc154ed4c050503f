// The marks that the build leaves in the prerendered sign-in page, where the server puts its text.

import type { SignInView } from './sign-in-page.ts'

/** Letters and underscores only, so that no escaping on the way changes them. */
export const slotMarks: SignInView = {
  title: '__KEYCARD_title__',
  state: '__KEYCARD_state__',
  light: '__KEYCARD_light__',
  tone: '__KEYCARD_tone__',
  message: '__KEYCARD_message__',
  next: '__KEYCARD_next__',
  otherPage: '__KEYCARD_otherPage__',
  username: '__KEYCARD_username__',
}

export const slotMarkPattern = /__KEYCARD_([A-Za-z]+)__/
