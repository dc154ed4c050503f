// The list on the screen after each change that the server sends.

import { expect, test } from 'vitest'
import type { Session, SessionChanges } from '../../../server/contract/sessions.ts'
import { applyChanges } from './session-changes.ts'

function makeSession(id: string, minute: number, more: Partial<Session> = {}): Session {
  const at = `2026-01-02T03:${String(minute).padStart(2, '0')}:00.000Z`
  return {
    id,
    is_current: false,
    device: null,
    is_new_device: false,
    address: null,
    transport: 'cookie',
    client_id: 'keycard-web',
    client_name: 'Our own pages',
    scopes: ['me'],
    persistent: false,
    created_at: at,
    last_used_at: at,
    expires_at: at,
    ends_at: at,
    idle_seconds: 1_800,
    ...more,
  }
}

const current = makeSession('current', 1, { is_current: true })
const [one, two] = [makeSession('one', 3), makeSession('two', 2)]
const before = { sessions: [current, one, two], total: 3 }
const idsAfter = (changes: Partial<SessionChanges>) =>
  applyChanges(before, {
    sessions: [],
    ended: [],
    total: 0,
    is_whole: false,
    ...changes,
  }).sessions.map(({ id }) => id)

test('the whole list replaces the one before', () => {
  const whole = { sessions: [current], ended: [], total: 1, is_whole: true }
  expect(applyChanges(before, whole)).toEqual({ sessions: [current], total: 1 })
  expect(applyChanges(undefined, { ...whole, is_whole: false })).toEqual({
    sessions: [current],
    total: 1,
  })
})

test('a session that is used again moves up, a new one is added, an ended one disappears', () => {
  expect(idsAfter({ sessions: [makeSession('two', 9)] })).toEqual(['current', 'two', 'one'])
  expect(idsAfter({ sessions: [makeSession('three', 8)] })).toEqual([
    'current',
    'three',
    'one',
    'two',
  ])
  expect(idsAfter({ ended: ['one'] })).toEqual(['current', 'two'])
  const used = makeSession('current', 0, { is_current: true })
  expect(idsAfter({ sessions: [used], ended: ['two'] })).toEqual(['current', 'one'])
})

test('a session’s changes are shown, and the total is the server’s', () => {
  const confirmed = { ...one, client_name: 'Another' }
  const changes = { sessions: [confirmed], ended: [], total: 7, is_whole: false }
  expect(applyChanges(before, changes)).toEqual({ sessions: [current, confirmed, two], total: 7 })
})
