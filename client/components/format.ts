// Names and times as people read them.

import { strings } from '../strings/shell.ts'

/** 'Alice Smith' → 'AS'; by character as people count them, so that an emoji stays whole. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/)
  const picked = words.length > 1 ? [words[0], words.at(-1)] : [words[0]]
  return picked
    .map((word = '') => firstCharacter(word))
    .join('')
    .toLocaleUpperCase(strings.locale)
}

/**
 * 'now', '5 minutes ago', 'yesterday', '3 weeks ago': in the largest unit that has passed
 * completely.
 */
export function formatRelativeTime(atMs: number, nowMs: number): string {
  // A clock that is a little behind the server's must not show a time in the future.
  const seconds = Math.max(0, Math.floor((nowMs - atMs) / 1_000))
  const [unit, length] = units.find((candidate) => seconds >= candidate[1]) ?? ['second', 1]
  return relativeTime.format(unit === 'second' ? 0 : -Math.floor(seconds / length), unit)
}

/** '20 November 2026 at 09:12'. */
export function formatDateTime(atMs: number): string {
  return dateTime.format(atMs)
}

/** '20 November 2026'. */
export function formatDate(atMs: number): string {
  return date.format(atMs)
}

/** 75 → '1:15'. */
export function formatDuration(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

function firstCharacter(word: string): string {
  const [first] = segmenter.segment(word)
  return first?.segment ?? ''
}

/** In seconds. */
const units: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

const segmenter = new Intl.Segmenter(strings.locale)
const relativeTime = new Intl.RelativeTimeFormat(strings.locale, { numeric: 'auto' })
const dateTime = new Intl.DateTimeFormat(strings.locale, { dateStyle: 'long', timeStyle: 'short' })
const date = new Intl.DateTimeFormat(strings.locale, { dateStyle: 'long' })
