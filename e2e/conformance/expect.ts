// What requirements check in an answer; each check throws Unmet with a sentence that names what was found.

import { type Challenge, findChallenge } from './challenges.ts'
import { Unmet } from './requirement.ts'
import type { Answer } from './send.ts'

export function expectThat(holds: boolean, sentence: string): asserts holds {
  if (!holds) throw new Unmet(sentence)
}

export function expectStatus(answer: Answer, ...expected: number[]): void {
  expectThat(
    expected.includes(answer.status),
    `the status is ${answer.status}, but should be ${expected.join(' or ')}${explain(answer)}`,
  )
}

export function expectHeader(answer: Answer, name: string, expected: string | RegExp): void {
  const value = answer.headers[name]
  const text = Array.isArray(value) ? value.join(', ') : value
  const holds =
    typeof expected === 'string'
      ? text?.toLowerCase() === expected.toLowerCase()
      : expected.test(text ?? '')
  expectThat(holds, `${name} is ${show(text)}, but should be ${show(expected)}`)
}

export function expectMember(answer: Answer, name: string, expected: unknown): void {
  const value = expectJson(answer)[name]
  expectThat(value === expected, `${name} is ${show(value)}, but should be ${show(expected)}`)
}

/** An error of RFC 6749 §5.2, by its code and status. */
export function expectOAuthError(answer: Answer, error: string, ...status: number[]): void {
  expectStatus(answer, ...(status.length > 0 ? status : [400]))
  expectMember(answer, 'error', error)
}

/** A refusal in any words: a client error, and no token. */
export function expectRefused(answer: Answer): void {
  const { status, json } = answer
  expectThat(
    status >= 400 && status < 500 && json?.access_token === undefined,
    `the status is ${status}, but should be a refusal${explain(answer)}`,
  )
}

/** @param scheme in lower case */
export function expectChallenge(answer: Answer, scheme: string): Challenge {
  const challenge = findChallenge(answer, scheme)
  const value = answer.headers['www-authenticate']
  expectThat(challenge !== undefined, `www-authenticate is ${show(value)}: no ${scheme} challenge`)
  return challenge
}

/** Among all that a challenge says. */
export function expectParam({ params }: Challenge, name: string, expected: string): void {
  const value = params[name]
  expectThat(value === expected, `${name} is ${show(value)}, but should be ${show(expected)}`)
}

export function expectJson(answer: Answer): Record<string, unknown> {
  const { json } = answer
  if (json === undefined) throw new Unmet(`the answer (${answer.status}) is no JSON object`)
  return json
}

export function expectText(members: Record<string, unknown>, name: string): string {
  const value = members[name]
  if (typeof value !== 'string' || value === '') throw new Unmet(`${name} is not a text`)
  return value
}

export function expectList(members: Record<string, unknown>, name: string): string[] {
  const value = members[name]
  const texts = Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
  if (!Array.isArray(value) || texts.length !== value.length) {
    throw new Unmet(`${name} is ${show(value)}, but should be a list of texts`)
  }
  return texts
}

/** Short, on one line. Tokens are never shown, since they are not matched by value. */
function show(value: unknown): string {
  if (value === undefined) return 'absent'
  if (value instanceof RegExp) return String(value)
  const text = JSON.stringify(value)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

/** What the server says about its own refusal. */
function explain({ json }: Answer): string {
  const words = json?.error_description ?? json?.detail
  return typeof words === 'string' ? ` (it says ${show(words)})` : ''
}
