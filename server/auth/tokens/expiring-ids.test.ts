// Ids in our own hash table: the answers of a Map, in no more bytes than promised.

import { expect, test } from 'vitest'
import { makeRandomId } from '../../db/random-id.ts'
import { createExpiringIds } from './expiring-ids.ts'

test('answers as a Map does, while it grows, is overwritten and forgets', () => {
  const ids = createExpiringIds()
  const expected = new Map<string, { value: number; forgetAt: number }>()
  const names = Array.from({ length: 20_000 }, makeRandomId)
  for (const [index, name] of [...names, ...names.slice(0, 5_000)].entries()) {
    const entry = { value: index, forgetAt: 1 + (index % 100) }
    ids.set(name, entry.value, entry.forgetAt)
    expected.set(name, entry)
  }
  for (const upTo of [0, 49, 98]) {
    ids.forget(upTo)
    for (const [name, { forgetAt }] of expected) if (forgetAt <= upTo) expected.delete(name)
    expect(ids.size).toBe(expected.size)
    const wrong = names.filter((name) => ids.get(name) !== expected.get(name)?.value)
    expect(wrong).toEqual([])
  }
  ids.forget(100)
  expect([ids.size, ids.has(names[0] ?? '')]).toEqual([0, false])
})

test('an id that was never put there is not there', () => {
  const ids = createExpiringIds()
  for (let count = 0; count < 10_000; count++) ids.set(makeRandomId(), 0, 1)
  const strangers = Array.from({ length: 10_000 }, makeRandomId)
  expect(strangers.filter(ids.has)).toEqual([])
})

test('the largest possible token version comes back', () => {
  const ids = createExpiringIds()
  ids.set('user', 2 ** 31 - 1, 2 ** 32 - 1)
  ids.forget(2 ** 31)
  expect(ids.get('user')).toBe(2 ** 31 - 1)
})
