// How users are found: a key for each word of their names and address, with all of their words in it.

import { domainToUnicode } from 'node:url'
import { type Compilable, type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely'
import { foldText } from '../../contract/credential-rules.ts'
import type { Engine } from '../../db/database.ts'
import type { Tables } from '../../db/tables.ts'

export interface SearchableUser {
  id: string
  username: string
  email: string | null
  fullName: string | null
}

/**
 * A key has three parts, each after a line feed, which no name contains: a name or an address from
 * one of its words on, which an index finds by its beginning; the username, by which the found
 * keys are sorted; and all words of the user, in which further words of a search are looked for. So
 * a search reads one stretch of the index, and only those rows of `users` that it shows.
 *
 *     lovelace17@example.com⏎ada.lovelace17⏎ ada lovelace17 example com ada lovelace
 */
export const keySeparator = '\n'

/** A text with more words is found by its first ones, and a search with more words uses those. */
const mostWords = 8
/** Of a user. */
export const mostKeys = 4 * mostWords

/**
 * In code points. PostgreSQL indexes 2,704 bytes at most, and a name of a hundred characters can
 * have eighteen hundred in canonical form.
 */
const longest = { beginning: 100, words: 400 }

const separators = /[\s._@+'’-]+/gu

export function insertSearchKeys(kysely: Kysely<Tables>, user: SearchableUser): Compilable {
  return kysely.insertInto('user_search_keys').values(searchKeyRows(user))
}

export function searchKeyRows(user: SearchableUser): { key: string; user_id: string }[] {
  const username = canonicalText(user.username)
  const addresses = spellAddress(user.email ?? '').map(canonicalText)
  const texts = [username, ...addresses, canonicalText(user.fullName ?? '')]
  // An address mostly begins with the username.
  const words = markWords((addresses[0]?.startsWith(username) ? texts.slice(1) : texts).join(' '))
  const rest = username + keySeparator + cut(words, longest.words)
  return dropContained(texts.flatMap(fromEachWord)).map((beginning) => ({
    key: beginning + keySeparator + rest,
    user_id: user.id,
  }))
}

/** For a user whose name or address has changed, or whose keys are of an older form. */
export function replaceSearchKeys(kysely: Kysely<Tables>, user: SearchableUser): Compilable[] {
  return [
    kysely.deleteFrom('user_search_keys').where('user_id', '=', user.id),
    insertSearchKeys(kysely, user),
  ]
}

/** Where a text begins in a key, from 1; 0 where it is not there. */
export function placeInKey(engine: Engine, text: string | RawBuilder<string>): RawBuilder<number> {
  return engine === 'postgres' ? sql`strpos(key, ${text})` : sql`instr(key, ${text})`
}

/** Of the first part alone. As the index has it, which knows no parameters. */
export function isOldKey(engine: Engine): RawBuilder<SqlBool> {
  return sql`${placeInKey(engine, sql.lit(keySeparator))} = 0`
}

/**
 * The sort key: the username, on SQLite with everything that follows it. PostgreSQL takes three
 * times as long for a part of a text that is named by its position.
 */
export function nameInKey(engine: Engine): RawBuilder<string> {
  return engine === 'postgres'
    ? sql`split_part(key, ${keySeparator}, 2)`
    : sql`substr(key, instr(key, ${keySeparator}) + 1)`
}

/** The keys that begin so. */
export interface KeyRange {
  from: string
  /** Exclusive. */
  to: string
}

/** One of the typed words, each of which must be found. */
export interface SearchWord {
  range: KeyRange
  /** The text that a key holds behind its beginning where its user has the word. */
  mark: string
  /** As in `o'neill`, whose mark is that of `o neill` too. */
  hasSeparator: boolean
}

/**
 * Words are separated by spaces: `ada@example.com` and `o'neill` are one. No words where all users
 * are meant.
 */
export function readSearch(typed: string): SearchWord[] {
  const words = splitTyped(typed)
    .map((word) => word.replace(/^@/, ''))
    .filter((word) => word !== '')
  return [...new Set(words)].slice(0, mostWords).map((word) => ({
    range: rangeFrom(word),
    mark: markWords(word),
    hasSeparator: word.search(separators) >= 0,
  }))
}

/** Keys of a name in which the typed words follow one another, in either order of two. */
export function readPhrases(typed: string): KeyRange[] {
  const words = splitTyped(typed)
  const orders = words.length === 2 ? [words, words.toReversed()] : [words]
  return orders.map((order) => rangeFrom(order.join(' ')))
}

function splitTyped(typed: string): string[] {
  return canonicalText(typed).split(' ')
}

function rangeFrom(text: string): KeyRange {
  const from = cut(text, longest.beginning)
  // By bytes, as both engines compare, U+10FFFF is the last character there is.
  return { from, to: `${from}\u{10FFFF}` }
}

function fromEachWord(text: string): string[] {
  const starts = [0, ...[...text.matchAll(separators)].map((gap) => gap.index + gap[0].length)]
  return starts
    .slice(0, mostWords)
    .map((start) => cut(text.slice(start), longest.beginning))
    .filter((beginning) => beginning !== '')
}

/** What finds `lovelace` finds `lovelace17` too. */
function dropContained(beginnings: readonly string[]): string[] {
  const sorted = beginnings.toSorted()
  return sorted.filter((beginning, index) => !sorted[index + 1]?.startsWith(beginning))
}

/** A space before each word: the place where one begins can be searched for. */
function markWords(text: string): string {
  const words = text.split(separators).filter((word) => word !== '')
  return ` ${words.join(' ')}`
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : [...text].slice(0, length).join('')
}

/** As it is stored, its domain in ASCII, and as its owner reads it: `name@münchen.example`. */
function spellAddress(email: string): string[] {
  const domainAt = email.lastIndexOf('@') + 1
  const domain = email.slice(domainAt)
  const inUnicode = /(?:^|\.)xn--/i.test(domain) ? domainToUnicode(domain) : ''
  return inUnicode === '' ? [email] : [email, email.slice(0, domainAt) + inUnicode]
}

/** A domain stays as it is typed: a beginning of its ASCII form is not a beginning of the domain. */
function canonicalText(text: string): string {
  return foldText(text).trim().replaceAll(/\s+/g, ' ')
}
