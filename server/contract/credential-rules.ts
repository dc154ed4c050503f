// The rules for usernames, email addresses, full names and new passwords: plain functions that
// browser and server share. Each returns a sentence that says what would be right, to be read after
// the field's name ("must be …"), or undefined where all is well.

import { productSpellings } from './brand.ts'

export const usernameMinLength = 3
export const usernameMaxLength = 64
export const emailMaxLength = 254
export const fullNameMaxLength = 100

/** NIST SP 800-63B-4 §3.1.1.2: 15 where a password is the only factor; 8 beside a second one. */
export const passwordMinLengthDefault = 15
export const passwordMinLengthLowest = 8
export const passwordMinLengthHighest = 64
/** In code points after NFC, as `passwordMinLength` is. */
export const passwordMaxLength = 256

/**
 * In UTF-16 code units. NFC joins at most 8 of them into one code point (a test tries all), so
 * longer text breaks `passwordMaxLength` for certain and need not be normalized, which costs
 * seconds at 10 MB.
 */
export const passwordMaxUnits = passwordMaxLength * 8

/** People sign in with a username or an email address; the address is the longer of the two. */
export const loginMaxLength = emailMaxLength

/**
 * Normalizing puts the marks after a letter in order, which takes time that grows with the square
 * of their number. UAX #15 §13: no language piles up more than 30. The letter is part of the
 * pattern so that a search begins once for each pile, and not at each of its marks.
 */
const markPile = /(?:^|\P{M})\p{M}{31}/u

/**
 * The one form under which usernames and email addresses are looked up, kept unique and
 * throttled. NFKC lets a name typed in full-width letters find its account. A phone puts a space
 * after the name, and a browser writes the domain of an address in ASCII, or leaves it as it was
 * typed. Any text is safe here: text longer than any name is not read, and like a lone surrogate
 * gives U+FFFD, which no name may contain.
 */
export function canonicalName(name: string): string {
  return name.length > loginMaxLength ? '\uFFFD' : withAsciiDomain(foldText(name).trim())
}

/**
 * How an email address is stored and checked: as it was typed, without spaces around it, its
 * domain in ASCII.
 */
export function storedEmail(email: string): string {
  return email.length > loginMaxLength ? email : withAsciiDomain(email.trim())
}

/**
 * `name@münchen.example` as `name@xn--mnchen-3ya.example`, which browsers make of it in `<input
 * type="email">`, by the same rules (UTS #46). Text that is not a domain stays as it is.
 */
function withAsciiDomain(address: string): string {
  const at = address.lastIndexOf('@')
  const domain = address.slice(at + 1)
  if (at === -1 || !/^[^\s/?#:@\\[\]]*[^\0-\x7F][^\s/?#:@\\[\]]*$/.test(domain)) return address
  const url = `http://${domain}`
  return URL.canParse(url) ? `${address.slice(0, at)}@${new URL(url).hostname}` : address
}

/** In any case, and any width or form of its characters. */
export function foldText(text: string): string {
  return text.toWellFormed().normalize('NFKC').toLowerCase().normalize('NFKC')
}

/**
 * ASCII only: others know an account by this name, and Unicode has a second "admin" made of
 * Cyrillic letters. The full name may be in any script. No `@`, so that no username can be read as
 * another user's email address.
 */
export function usernameProblem(username: string): string | undefined {
  if (username.length < usernameMinLength || username.length > usernameMaxLength) {
    return `must have ${usernameMinLength} to ${usernameMaxLength} characters`
  }
  if (!/^[A-Za-z0-9._-]*$/.test(username)) {
    return 'must contain only the letters a to z, digits, dots, hyphens and underscores'
  }
  if (!/^[A-Za-z0-9].*[A-Za-z0-9]$/.test(username)) {
    return 'must begin and end with a letter or a digit'
  }
  return undefined
}

/** What the browsers' own `<input type="email">` accepts (HTML, "valid email address"). */
const emailSyntax =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/

/** RFC 5321 §4.5.3.1: 64 octets before the `@`; a path of 256 leaves 254 for the address. */
export function emailProblem(email: string): string | undefined {
  if (email.length > emailMaxLength) return `must have at most ${emailMaxLength} characters`
  if (!emailSyntax.test(email)) return 'must be an email address such as name@example.com'
  return undefined
}

/** A person's name in any script; an empty one is left out, not stored. */
export function fullNameProblem(fullName: string): string | undefined {
  if (fullName.length > fullNameMaxLength) {
    return `must have at most ${fullNameMaxLength} characters`
  }
  if (!fullName.isWellFormed()) return 'contains an invalid character'
  if (/\p{Cc}/u.test(fullName)) return 'must be one line without control characters'
  if (fullName.trim() === '') return 'must not be empty'
  return undefined
}

/**
 * The form that is hashed and compared: NFC, so that "é" signs in whether it was typed with one key
 * or two. Text that cannot be a password stays as it is.
 */
export function normalizePassword(password: string): string {
  return canBePassword(password) ? password.normalize('NFC') : password
}

/** Whether it may be normalized at all. */
function canBePassword(text: string): boolean {
  return text.length <= passwordMaxUnits && !markPile.test(text)
}

/** In code points after NFC; 0 for text that cannot be a password. */
export function countPasswordCharacters(password: string): number {
  if (!canBePassword(password)) return Number.POSITIVE_INFINITY
  let count = 0
  for (const _ of password.normalize('NFC')) count += 1
  return count
}

/** The account that a new password is for, and the length it must have. */
export interface PasswordContext {
  minLength?: number | undefined
  username?: string | null | undefined
  email?: string | null | undefined
}

/** Length and alphabet; no rule about which kinds of characters to mix (NIST 63B-4 §3.1.1.2). */
export function newPasswordProblem(
  password: string,
  context: PasswordContext = {},
): string | undefined {
  const minLength = context.minLength ?? passwordMinLengthDefault
  const length = countPasswordCharacters(password)
  if (length === Number.POSITIVE_INFINITY && password.length <= passwordMaxUnits) {
    return 'must not have more than 30 accents on one letter'
  }
  if (length > passwordMaxLength) return `must have at most ${passwordMaxLength} characters`
  if (!password.isWellFormed()) return 'contains an invalid character'
  if (/\p{Cc}/u.test(password)) {
    return 'must not contain control characters such as tabs, line breaks or NUL'
  }
  if (length < minLength) {
    return `must have at least ${minLength} characters: a few unrelated words make a good password`
  }
  if (isBuiltFromContext(password, context)) {
    return 'must not be made of your username, your email or the name of this service'
  }
  return undefined
}

/**
 * Ten digits are a phone number; more text beside the known words is a secret, unless it is
 * "!!!!!".
 */
const paddingMaxLength = 10

/** Known words, however often, with nothing between them but a little punctuation and digits. */
function isBuiltFromContext(password: string, { username, email }: PasswordContext): boolean {
  let rest = foldText(password)
  const whole = rest
  for (const word of contextWords(username ?? '', email ?? '')) rest = rest.replaceAll(word, '')
  if (rest === whole || /\p{L}/u.test(rest)) return false
  const padding = [...rest]
  return padding.length <= paddingMaxLength || new Set(padding).size <= 4
}

/** Longest first, so that "john.doe" is removed before "john" can break it. */
function contextWords(username: string, email: string): string[] {
  // A name that breaks its own rule is refused for that, and would only take time here.
  const account = usernameProblem(username) === undefined ? [username] : []
  if (emailProblem(email) === undefined) account.push(email, ...email.split('@'))
  const names = [...productSpellings, ...account].map(canonicalName)
  const words = names.flatMap((name) => [name, ...name.split(/[._+@-]/)])
  return [...new Set(words)]
    .filter((word) => word.length >= 3)
    .sort((one, other) => other.length - one.length)
}
