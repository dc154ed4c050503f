// The page without scripts, for a refused request and after signing in: its texts, and the marks for them.

import { productName } from '../brand.ts'

export interface RefusalView {
  title: string
  /** The reader light: 'error' or 'granted'. */
  state: string
  /** The status code, as the reader light's word. */
  status: string
  heading: string
  message: string
  /** 'shown' where the page has its one button, else ''. */
  button: string
  /** Where it posts to. */
  action: string
  actionLabel: string
  actionNote: string
  /** Where the way out leads; '' is the same address again. */
  wayOut: string
  wayOutWords: string
}

export const refusalMarks: RefusalView = {
  title: '__KEYCARD_title__',
  state: '__KEYCARD_state__',
  status: '__KEYCARD_status__',
  heading: '__KEYCARD_heading__',
  message: '__KEYCARD_message__',
  button: '__KEYCARD_button__',
  action: '__KEYCARD_action__',
  actionLabel: '__KEYCARD_actionLabel__',
  actionNote: '__KEYCARD_actionNote__',
  wayOut: '__KEYCARD_wayOut__',
  wayOutWords: '__KEYCARD_wayOutWords__',
}

/** Takes a form's POST, and removes the cookies that came with it. */
export const removeCookiesPath = '/remove-cookies'

/** By status code, except for the first three. */
export const refusalWords = {
  other: { heading: 'This was refused', message: (detail: string) => `${detail}.` },
  fault: {
    heading: 'Something broke',
    message: 'It is on our side, not yours. Try again in a moment.',
  },
  cookies: {
    heading: 'Too many cookies',
    message: (size: string, cookies: string) =>
      `Your browser sent ${size} of cookies with this address, more than ${productName} reads: ${cookies}.`,
    more: (count: number) => `and ${count} more`,
    remove: 'Remove these cookies',
    price: 'Other apps at this address may ask you to sign in again.',
  },
  400: {
    heading: 'This could not be read',
    message: 'The address, or what your browser sent, is not valid. Check the address.',
  },
  404: {
    heading: 'We couldn’t find that page',
    message: 'Check the address for a typing error.',
  },
  405: { heading: 'No page here', message: 'This address is for programs, and shows no page.' },
  408: {
    heading: 'This took too long',
    message: 'Your request did not arrive in time. Check your connection and try again.',
  },
  413: {
    heading: 'This is too large',
    message: `More was sent than ${productName} takes at once.`,
  },
  414: { heading: 'This address is too long', message: 'Check the address, or start again.' },
  429: { heading: 'Too many requests', message: 'Wait a moment, and try again.' },
  431: {
    heading: 'The request is too large',
    message: `Your browser sent more than ${productName} accepts. The cause is usually cookies of other apps at this address: remove them in your browser’s settings and try again.`,
  },
  503: {
    heading: `${productName} is not ready`,
    message: 'It is starting, stopping, or very busy. Try again in a moment.',
  },
} as const

export const wayOutWords = {
  again: 'Try again',
  toSignIn: 'Go to the sign-in page',
  toStart: 'Go to the start page',
} as const

export const refusalTexts = { words: refusalWords, wayOut: wayOutWords }

/** The page after signing in without scripts, which has the form of this one. */
export const noScriptWords = {
  title: `Signed in · ${productName}`,
  status: 'Signed in',
  message: (account: string) =>
    `You are signed in as ${account}. ${productName} needs JavaScript for everything but signing in and out: turn it on for this site, and try again.`,
  signOut: 'Sign out',
  again: 'Try again',
} as const
