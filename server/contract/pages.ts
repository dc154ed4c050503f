// The paths that every part knows: those of the pages before the app, and the app's first page.

import type { Page } from './feature.ts'

export const pagePaths = {
  /** Redirects to `homePath` or to `signIn`, unless an app page has this path. */
  home: '/',
  signIn: '/login',
  register: '/register',
  /** Who is signed in, and the way out: all that the app can do without scripts. */
  withoutScripts: '/without-scripts',
  /** Takes a form's POST. */
  signOut: '/sign-out',
  forgotPassword: '/forgot-password',
} as const

/** Where a sign-in without another destination leads, and the logo. */
export const homePath: Page['path'] = '/items'

/** With `?to=de`: remembers the language that the person at the browser has chosen. */
export const languagePath = '/language'

/** Holds the tag of that language. It grants nothing, so that it needs no prefix. */
export const languageCookie = 'keycard-language'

/** The place on the account page where the password is changed. */
export const changePasswordFragment = 'password'

/** On the root of an app's page that was reached from a form of ours, without the cookie of a sign-in. */
export const lostCookieMark = 'data-lost-cookie'

/** Before the token of a link in a mail. */
export const mailLinkPath = '/mail'

/** The mailbox of a first try, on this machine only. */
export const mailboxPath = '/dev/mail'

/** Swagger UI: a page of the server's, not one of the app's. */
export const docsPath = '/docs'
