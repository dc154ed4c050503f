// The page's address holds what is shown, and days are those of the reader.

import { expect, test } from 'vitest'
import { filterOf, hrefOf, readView } from './audit-address.ts'

test('a view survives its address, and nothing asked for leaves it bare', () => {
  const query = '?user=ada&event=signed_in&address=192.0.2.1&since=2026-01-31&until=2026-02-01'
  expect(hrefOf(readView(query))).toBe(`/audit${query}`)
  expect(hrefOf(readView(''))).toBe('/audit')
})

test('an unknown event, a text that is no day and a name that is too long ask for nothing wrong', () => {
  const view = readView(`?event=burgled&since=yesterday&until=2026-99-99&user=${'a'.repeat(300)}`)
  expect(view).toMatchObject({ event: '', since: '', until: '' })
  expect(filterOf(view)).toEqual({ user: 'a'.repeat(254) })
})

test('a day ends where the next one begins by the calendar of the reader, however long it is', () => {
  for (const day of ['2026-03-29', '2026-10-25', '2026-12-31']) {
    const { since = '', until = '' } = filterOf(readView(`?since=${day}&until=${day}`))
    expect(new Date(since).toString()).toContain('00:00:00')
    expect(new Date(until).toString()).toContain('00:00:00')
    const hours = (Date.parse(until) - Date.parse(since)) / 3_600_000
    expect(hours).toBeGreaterThanOrEqual(23)
    expect(hours).toBeLessThanOrEqual(25)
  }
})
