// What users are found by: their names and addresses, from the beginning of each word.

import type { Compilable, Kysely } from 'kysely'
import { canonicalName } from '../contract/credential-rules.ts'
import type { Tables } from '../db/tables.ts'

interface SearchableUser {
  id: string
  username: string
  email: string | null
  fullName: string | null
}

/** A text of more words is found by its first ones. */
const mostWords = 8

/**
 * `Ada van Dam` is found as "ada van", "van dam" and "dam", `ada@example.com` as "ada@" and "example".
 * What begins in the middle of a word is not: an index finds a beginning among a million users at
 * once, and the middle of a word by reading them all.
 */
export function insertSearchKeys(kysely: Kysely<Tables>, user: SearchableUser): Compilable {
  return kysely.insertInto('user_search_keys').values(searchKeyRows(user))
}

export function searchKeyRows(user: SearchableUser): { key: string; user_id: string }[] {
  return searchKeysOf(user).map((key) => ({ key, user_id: user.id }))
}

/** For a user whose name or address has changed. */
export function replaceSearchKeys(kysely: Kysely<Tables>, user: SearchableUser): Compilable[] {
  return [
    kysely.deleteFrom('user_search_keys').where('user_id', '=', user.id),
    insertSearchKeys(kysely, user),
  ]
}

/** The keys that begin with what was typed; undefined where it looks for nobody. */
export function searchRange(typed: string): { from: string; to: string } | undefined {
  const from = canonicalText(typed).replace(/^@/, '')
  // By bytes, as both engines compare, U+10FFFF is the last character there is.
  return from === '' ? undefined : { from, to: `${from}\u{10FFFF}` }
}

function searchKeysOf({ username, email, fullName }: SearchableUser): string[] {
  return [
    ...new Set([
      ...fromEachWord(username, /[._-]+/g),
      ...fromEachWord(email ?? '', /@/g),
      ...fromEachWord(fullName ?? '', /[\s'’-]+/g),
    ]),
  ]
}

function fromEachWord(text: string, separators: RegExp): string[] {
  const whole = canonicalText(text)
  const starts = [0, ...[...whole.matchAll(separators)].map((gap) => gap.index + gap[0].length)]
  return starts
    .slice(0, mostWords)
    .map((start) => whole.slice(start))
    .filter((key) => key !== '')
}

function canonicalText(text: string): string {
  return canonicalName(text).trim().replaceAll(/\s+/g, ' ')
}
