// When a session began and how long it lasts, as people say it.

import { sessionsStrings as words } from '../../strings/sessions.ts'
import { strings } from '../../strings/shell.ts'

/** 'today at 09:12', 'yesterday at 09:12', '20 November at 09:12', '20 November 2025 at 09:12'. */
export function formatMoment(atMs: number, nowMs: number): string {
  const time = clock.format(atMs)
  const daysAgo = countDays(atMs, nowMs)
  if (daysAgo === 0) return words.today(time)
  if (daysAgo === 1) return words.yesterday(time)
  return isSameYear(atMs, nowMs) ? dayAndTime.format(atMs) : dateAndTime.format(atMs)
}

/** '21:12 today, or after 30 minutes of inactivity', '20 December, or after 14 days of inactivity'. */
export function formatEnd(endsAtMs: number, idleSeconds: number, nowMs: number): string {
  return words.orIdle(formatLastMoment(endsAtMs, nowMs), formatIdle(idleSeconds))
}

function formatLastMoment(atMs: number, nowMs: number): string {
  const daysLeft = countDays(nowMs, atMs)
  if (daysLeft <= 0) return words.endsToday(clock.format(atMs))
  if (daysLeft === 1) return words.endsTomorrow(clock.format(atMs))
  return isSameYear(atMs, nowMs) ? day.format(atMs) : date.format(atMs)
}

/** In the largest unit that divides it evenly. */
function formatIdle(seconds: number): string {
  const [unit, length] = idleUnits.find(([, size]) => seconds % size === 0) ?? ['second', 1]
  const format = new Intl.NumberFormat(strings.locale, { style: 'unit', unit, unitDisplay: 'long' })
  return format.format(seconds / length)
}

const idleUnits: readonly [string, number][] = [
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
]

/** By the calendar, so that 23:59 was yesterday two minutes later. */
function countDays(fromMs: number, toMs: number): number {
  // Rounded: where the clocks were changed between them, a day has 23 or 25 hours.
  return Math.round((startOfDay(toMs) - startOfDay(fromMs)) / 86_400_000)
}

function startOfDay(atMs: number): number {
  return new Date(atMs).setHours(0, 0, 0, 0)
}

function isSameYear(atMs: number, nowMs: number): boolean {
  return new Date(atMs).getFullYear() === new Date(nowMs).getFullYear()
}

const dayParts = { day: 'numeric', month: 'long' } as const
const timeParts = { hour: '2-digit', minute: '2-digit' } as const
const clock = new Intl.DateTimeFormat(strings.locale, timeParts)
const day = new Intl.DateTimeFormat(strings.locale, dayParts)
const date = new Intl.DateTimeFormat(strings.locale, { ...dayParts, year: 'numeric' })
const dayAndTime = new Intl.DateTimeFormat(strings.locale, { ...dayParts, ...timeParts })
const dateAndTime = new Intl.DateTimeFormat(strings.locale, {
  ...dayParts,
  year: 'numeric',
  ...timeParts,
})
