// Names and times as people read them.

import { describe, expect, it } from 'vitest'
import { formatDuration, formatRelativeTime, initialsOf } from './format.ts'

describe('initialsOf', () => {
  it.each([
    ['Alice Smith', 'AS'],
    ['  alice   van der smith ', 'AS'],
    ['johndoe', 'J'],
    ['👩‍🚀 Ripley', '👩‍🚀R'],
    ['e\u0301mile zola', 'E\u0301Z'],
    ['ندى', 'ن'],
    ['', ''],
  ])('of %j are %j', (name, initials) => {
    expect(initialsOf(name)).toBe(initials)
  })
})

describe('formatRelativeTime', () => {
  const now = Date.UTC(2026, 10, 20, 12)
  const day = 86_400_000
  it.each([
    [0, 'now'],
    [-5_000, 'now'],
    [59_999, 'now'],
    [60_000, '1 minute ago'],
    [3_599_999, '59 minutes ago'],
    [day, 'yesterday'],
    [6 * day, '6 days ago'],
    [21 * day, '3 weeks ago'],
    [400 * day, 'last year'],
  ])('after %i ms says %j', (age, words) => {
    expect(formatRelativeTime(now - age, now)).toBe(words)
  })
})

describe('formatDuration', () => {
  it('has minutes and two digits of seconds', () => {
    expect([0, 9, 75, 900].map(formatDuration)).toEqual(['0:00', '0:09', '1:15', '15:00'])
  })
})
