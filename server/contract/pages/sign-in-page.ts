// The sign-in page's states, and the words for each: the server fills them in, and the browser takes over.

import { productName, signInHeading } from '../brand.ts'
import { pagePaths } from '../pages.ts'

export type SignInState =
  | 'idle'
  | 'expired' // the session ended by itself
  | 'signed-out' // the user ended it
  | 'busy' // an attempt is in progress
  | 'error' // unknown user, wrong password or disabled user
  | 'throttled' // too many attempts
  | 'offline' // the server cannot be reached
  | 'fault' // neither the name nor the password is wrong: the server, the browser or the address
  | 'granted'

/** What the server decides for one page: the four slots of the prerendered page. */
export interface SignInSlots {
  state: SignInState
  /** A sentence for the status area; '' shows what stands under the heading instead. */
  message: string
  /** A safe return path. */
  next: string
  username: string
}

/** Every piece of text on the page that differs between two answers. */
export interface SignInView {
  title: string
  state: string
  /** The reader light's word. */
  light: string
  tone: string
  message: string
  next: string
  /** The address of the other page (sign-in or registration), which leads on to the same place. */
  otherPage: string
  username: string
}

export const signInMessages = {
  wrongCredentials: 'Incorrect username, email or password.',
  switchedOff: 'Password sign-in is turned off.',
  refused: 'This sign-in was refused. Reload the page and try again.',
  overloaded: `${productName} is very busy right now. Try again in a moment.`,
  fault: 'Something broke on our side, not yours. Try again in a moment.',
  wait: (amount: number, unit: 'second' | 'minute') =>
    `Too many attempts. You can try again in ${amount} ${unit}${amount === 1 ? '' : 's'}.`,
  errorTitle: (title: string) => `Error: ${title}`,
} as const

const plainTitle = `${signInHeading} · ${productName}`

export const signInTitles = {
  plain: plainTitle,
  error: signInMessages.errorTitle(plainTitle),
} as const

export function describeThrottle(retryAfterSeconds: number): string {
  return retryAfterSeconds <= 90
    ? signInMessages.wait(retryAfterSeconds, 'second')
    : signInMessages.wait(Math.ceil(retryAfterSeconds / 60), 'minute')
}

/** One function for server and browser, so that hydration finds what it would have rendered. */
export function describeSignIn(slots: SignInSlots): SignInView {
  const { state, message, next, username } = slots
  return {
    title: failedStates.has(state) ? signInTitles.error : signInTitles.plain,
    state,
    ...describeReader(state),
    message,
    next,
    otherPage: `${pagePaths.register}?next=${encodeURIComponent(next)}`,
    username,
  }
}

/** The reader light's word, and the tone of the status area. */
export function describeReader(state: SignInState): Pick<SignInView, 'light' | 'tone'> {
  return { light: lightWords[state], tone: tones[state] }
}

const failedStates: ReadonlySet<SignInState> = new Set(['error', 'throttled', 'offline', 'fault'])

const lightWords: Record<SignInState, string> = {
  idle: 'Ready',
  expired: 'Ready',
  'signed-out': 'Ready',
  busy: 'Checking',
  error: 'Denied',
  throttled: 'Locked',
  offline: 'Ready',
  fault: 'Ready',
  granted: 'Open',
}

/** The tone of the status area: `bad` and `warn` have a mark before the sentence. */
const tones: Record<SignInState, string> = {
  idle: 'calm',
  expired: 'warn',
  'signed-out': 'calm',
  busy: 'calm',
  error: 'bad',
  throttled: 'warn',
  offline: 'warn',
  fault: 'bad',
  granted: 'calm',
}
