// The page of mail links and of a forgotten password: its forms, its texts, and the marks for them.

import { productName } from '../brand.ts'

/** Which of the page's forms is shown. */
export type MailForm =
  /** Asks for the name of the account. */
  | 'ask'
  /** Takes a new password. */
  | 'choose'
  /** One button. */
  | 'confirm'
  | 'none'

/** Every piece of text that the server decides. */
export interface MailPageView {
  title: string
  /** The reader light's word. */
  light: string
  /** 'error' where what was sent cannot be taken, or a link no longer works. */
  state: string
  form: MailForm
  heading: string
  message: string
  /** Of a field, instead of its hint. */
  note: string
  /** As for `aria-invalid`. */
  invalid: 'true' | 'false'
  /** What was typed, or whose password it is. */
  username: string
  submit: string
  wayOut: string
  wayOutWords: string
}

export const mailPageMarks: MailPageView = {
  title: '__KEYCARD_title__',
  light: '__KEYCARD_light__',
  state: '__KEYCARD_state__',
  form: '__KEYCARD_form__' as MailForm,
  heading: '__KEYCARD_heading__',
  message: '__KEYCARD_message__',
  note: '__KEYCARD_note__',
  invalid: '__KEYCARD_invalid__' as 'true',
  username: '__KEYCARD_username__',
  submit: '__KEYCARD_submit__',
  wayOut: '__KEYCARD_wayOut__',
  wayOutWords: '__KEYCARD_wayOutWords__',
}

export const mailPageMessages = {
  askHeading: 'Forgot your password?',
  ask: 'We send a link for a new one to the address of your account.',
  askSubmit: 'Send the link',
  askMissing: 'Enter your username or email.',
  sentHeading: 'Look in your mail',
  /** The same whether there is such an account or not. */
  sent: 'If there is such an account and it has an email address, a link for a new password is on its way. It works for 30 minutes.',
  chooseHeading: 'Choose a new password',
  choose: (username: string) => `For the account ${username}. Every device is then signed out.`,
  chooseSubmit: 'Set the new password',
  secureHeading: 'It wasn’t you?',
  secure: (username: string) =>
    `This signs the account ${username} out on every device, and sends a link for a new password to its address.`,
  secureSubmit: 'Sign out everywhere',
  securedHeading: 'Signed out everywhere',
  secured: 'Now look in your mail: a link for a new password is on its way.',
  goneHeading: 'This link no longer works',
  gone: 'It was used, or it is too old. You can ask for another one.',
  offHeading: 'No mail is sent here',
  off: `Ask the people who run ${productName} for a new password.`,
  refusedHeading: 'This was refused',
  refused: 'Reload the page and try again.',
  toSignIn: 'Go to the sign-in page',
  toMailbox: 'Open the mailbox of this first try',
  toAskAgain: 'Ask for another link',
} as const
