// Entries by day, by the reader's own clock.

import { describe, expect, it } from 'vitest'
import type { ActivityEntry } from '../../../server/contract/activity.ts'
import { groupByDay } from './activity-days.ts'

/** In the zone of this machine, whichever that is. */
const at = (day: number, hour = 0, minute = 0) => new Date(2026, 0, day, hour, minute).getTime()

function titles(ats: number[], nowMs: number) {
  const days = groupByDay(ats.map(entry), nowMs)
  return days.map(({ title, entries }) => [title, ...entries.map(({ id }) => Number(id))])
}

describe('groupByDay', () => {
  it('has today, yesterday and then the date, newest first', () => {
    const ats = [at(20, 11), at(20), at(19, 23, 59), at(18, 12), at(18, 1)]
    expect(titles(ats, at(20, 12))).toEqual([
      ['Today', ats[0], ats[1]],
      ['Yesterday', ats[2]],
      ['18 January 2026', ats[3], ats[4]],
    ])
    expect(groupByDay([], 0)).toEqual([])
  })

  it('ends each day of the year at midnight, also where one has 23 hours or 25', () => {
    for (let day = 1; day <= 365; day += 1) {
      const names = [at(day, 0, 10), at(day - 1, 23, 50), at(day - 1, 0, 10)].map(
        (time) => titles([time], at(day, 23, 50))[0]?.[0],
      )
      expect([day, ...names]).toEqual([day, 'Today', 'Yesterday', 'Yesterday'])
    }
  })
})

function entry(atMs: number): ActivityEntry {
  return {
    id: String(atMs),
    at: new Date(atMs).toISOString(),
    event: 'signed_in',
    by: 'you',
    why: null,
    what: null,
    device: null,
    address: null,
    session_id: null,
    is_this_session: false,
  }
}
