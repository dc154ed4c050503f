// The registration page's states and words: the server fills them in, and the browser takes over.

import type { FieldError } from '../app-error.ts'
import { productName, registerHeading } from '../brand.ts'
import { usernameMaxLength, usernameMinLength } from '../credential-rules.ts'
import { pagePaths } from '../pages.ts'
import {
  describeReader,
  type SignInState,
  type SignInView,
  signInMessages,
} from './sign-in-page.ts'

export type RegisterState =
  | Exclude<SignInState, 'expired' | 'signed-out'>
  /** REGISTRATION=off: a sentence takes the form's place. */
  | 'closed'

export const registerFields = ['username', 'email', 'password'] as const
export type RegisterField = (typeof registerFields)[number]

/** A whole sentence for each field that is not right yet; '' for the others. */
export type FieldProblems = Readonly<Record<RegisterField, string>>

/** What the server decides for one page. */
export interface RegisterSlots {
  state: RegisterState
  /** A sentence for the status area; '' shows what stands under the heading instead. */
  message: string
  problems: FieldProblems
  /** A safe return path. */
  next: string
  username: string
  email: string
  passwordMinLength: number
}

/** Every piece of text on the page that differs between two answers. */
export interface RegisterView extends SignInView {
  usernameInvalid: Bit
  usernameNote: string
  email: string
  emailInvalid: Bit
  emailNote: string
  passwordInvalid: Bit
  passwordNote: string
  /** The minimum length of a password, in digits. */
  minimum: string
}

/** As for `aria-invalid`. */
type Bit = 'true' | 'false'

const plainTitle = `${registerHeading} · ${productName}`

export const registerTitles = {
  plain: plainTitle,
  error: signInMessages.errorTitle(plainTitle),
} as const

export const registerMessages = {
  closed: 'Registration is closed. Ask an admin for an account.',
  correct: 'Correct the fields marked below.',
  refused: 'That didn’t work. Reload the page and try again.',
  usernameMissing: 'Choose a username.',
  passwordMissing: 'Choose a password.',
  passwordRule: (minimum: number | string) =>
    `${minimum} characters or more. Spaces are fine; a sentence you can remember works well.`,
  usernameRule: (minimum: number, maximum: number) =>
    `${minimum} to ${maximum} letters, digits, dots, hyphens and underscores.`,
  emailNote: 'Optional. You can sign in with it too.',
} as const

export const registerLabels: Readonly<Record<RegisterField, string>> = {
  username: 'Username',
  email: 'Email',
  password: 'Password',
}

export const noProblems: FieldProblems = { username: '', email: '', password: '' }

/** The rules' own words, each after the name of its field. */
export function sayProblems(fields: readonly FieldError[]): FieldProblems {
  const sentences = registerFields.map((field) => {
    const message = fields.find(({ path }) => path === field)?.message
    return [field, message === undefined ? '' : `${registerLabels[field]} ${message}.`]
  })
  return { ...noProblems, ...Object.fromEntries(sentences) }
}

/** The text under each field as long as nothing is wrong with it. */
export function describeHints(minimum: number | string): FieldProblems {
  return {
    username: registerMessages.usernameRule(usernameMinLength, usernameMaxLength),
    email: registerMessages.emailNote,
    password: registerMessages.passwordRule(minimum),
  }
}

/** One function for server and browser, so that hydration finds what it would have rendered. */
export function describeRegister(slots: RegisterSlots): RegisterView {
  const { state, message, problems, next, username, email, passwordMinLength } = slots
  const hints = describeHints(passwordMinLength)
  const hasProblem = registerFields.some((field) => problems[field] !== '')
  const isInvalid = (field: RegisterField): Bit => (problems[field] === '' ? 'false' : 'true')
  return {
    title: hasProblem || failedStates.has(state) ? registerTitles.error : registerTitles.plain,
    state,
    ...(state === 'closed' ? describeReader('throttled') : describeReader(state)),
    message,
    next,
    otherPage: `${pagePaths.signIn}?next=${encodeURIComponent(next)}`,
    username,
    usernameInvalid: isInvalid('username'),
    usernameNote: problems.username || hints.username,
    email,
    emailInvalid: isInvalid('email'),
    emailNote: problems.email || hints.email,
    passwordInvalid: isInvalid('password'),
    passwordNote: problems.password || hints.password,
    minimum: String(passwordMinLength),
  }
}

const failedStates: ReadonlySet<RegisterState> = new Set(['error', 'throttled', 'offline', 'fault'])
