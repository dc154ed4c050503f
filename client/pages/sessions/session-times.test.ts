// When a session began and how long it lasts, by the calendar and not by counting hours.

import { describe, expect, it } from 'vitest'
import { formatEnd, formatMoment } from './session-times.ts'

/** In the time zone of the machine, as people read it. */
const at = (text: string) => new Date(`${text}:00`).getTime()
const now = at('2026-11-20T00:30')

describe('formatMoment', () => {
  it.each([
    ['2026-11-20T00:12', 'today at 00:12'],
    ['2026-11-19T23:59', 'yesterday at 23:59'],
    ['2026-11-18T23:59', '18 November at 23:59'],
    ['2025-12-31T09:05', '31 December 2025 at 09:05'],
  ])('of %s is %s', (time, words) => {
    expect(formatMoment(at(time), now)).toBe(words)
  })
})

describe('formatEnd', () => {
  it.each([
    ['2026-11-20T12:30', 30 * 60, '12:30 today, or after 30 minutes of inactivity'],
    ['2026-11-21T09:12', 60 * 60, '09:12 tomorrow, or after 1 hour of inactivity'],
    ['2026-12-20T00:30', 14 * 86_400, '20 December, or after 14 days of inactivity'],
    ['2027-01-02T00:30', 90, '2 January 2027, or after 90 seconds of inactivity'],
  ])('of %s and %i s is %s', (time, idleSeconds, words) => {
    expect(formatEnd(at(time), idleSeconds, now)).toBe(words)
  })
})
