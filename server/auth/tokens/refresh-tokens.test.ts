// Refresh tokens: only those we made are read, in the one spelling they were made in.

import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { makeRandomId } from '../../db/random-id.ts'
import { createKeyedMac } from '../secrets/keyed-mac.ts'
import { createMasterKeys } from '../secrets/master-key.ts'
import { createRefreshTokens } from './refresh-tokens.ts'

const [newKey, oldKey] = [randomBytes(32), randomBytes(32)]
const tokens = createRefreshTokens(createMasterKeys([newKey, oldKey]))
const [userId, sessionId] = [makeRandomId(), makeRandomId()]
const token = tokens.make({ userId, sessionId, counter: 7 })
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

test('reads what it made, and the same parts give the same token', () => {
  expect(tokens.read(token)).toEqual({ userId, sessionId, counter: 7 })
  expect(tokens.make({ userId, sessionId, counter: 7 })).toBe(token)
})

test.each([
  ['user', { userId: makeRandomId() }],
  ['session', { sessionId: makeRandomId() }],
  ['counter', { counter: 8 }],
])('another %s gives another MAC', (_name, change) => {
  const macOf = (text: string) => text.split('.')[3]
  const other = tokens.make({ userId, sessionId, counter: 7, ...change })
  expect(macOf(other)).toMatch(/^[\w-]{43}$/)
  expect(macOf(other)).not.toBe(macOf(token))
})

test('a token in the old form, without the user, is read; it stays refused with any user put before it', () => {
  const text = `${sessionId}.7`
  const old = `${text}.${createKeyedMac(createMasterKeys([newKey]), 'refresh-token').sign(text)}`
  expect(tokens.read(old)).toEqual({ sessionId, counter: 7 })
  expect(tokens.read(`${userId}.${old}`)).toBeUndefined()
  expect(tokens.read(token.slice(userId.length + 1))).toBeUndefined()
})

test('R113: a token made with an older master key is still read; new ones use the newest', () => {
  const before = createRefreshTokens(createMasterKeys([oldKey]))
  const old = before.make({ userId, sessionId, counter: 7 })
  expect(tokens.read(old)).toEqual({ userId, sessionId, counter: 7 })
  expect(before.read(token)).toBeUndefined()
})

test('R66: without the master key no token can be read', () => {
  const others = createRefreshTokens(createMasterKeys([randomBytes(32)]))
  expect(others.read(token)).toBeUndefined()
})

describe('one spelling only', () => {
  const [user = '', session = '', counter = '', mac = ''] = token.split('.')
  const id = `${user}.${session}`
  const lastIndex = alphabet.indexOf(mac.at(-1) ?? '')

  test.each([1, 2, 3])('the MAC with stray bits (%i) is refused', (bits) => {
    const respelt = `${id}.${counter}.${mac.slice(0, -1)}${alphabet[lastIndex + bits]}`
    expect(tokens.read(respelt)).toBeUndefined()
  })

  test.each([
    ['a counter with a zero before it', `${id}.07.${mac}`],
    ['a counter with a sign', `${id}.+7.${mac}`],
    ['a counter as 7e0', `${id}.7e0.${mac}`],
    ['a counter as 7.0', `${id}.7.0.${mac}`],
    ['an empty counter', `${id}..${mac}`],
    ['a newline after it', `${token}\n`],
    ['a space before it', ` ${token}`],
    ['padding', `${token}=`],
    ['an id in plain base64', `${user}.${'+'.repeat(22)}.7.${mac}`],
    ['another user', `${makeRandomId()}.${session}.${counter}.${mac}`],
    ['no user', `${session}.${counter}.${mac}`],
    ['an empty user', `.${session}.${counter}.${mac}`],
    ['two parts', `${id}.${counter}`],
    ['no text', ''],
    ['a megabyte', 'A'.repeat(1_000_000)],
  ])('%s is refused', (_name, text) => {
    expect(tokens.read(text)).toBeUndefined()
  })
})

test('property: any single changed character makes it unreadable (2,000 cases)', () => {
  fc.assert(
    fc.property(
      fc.nat(token.length - 1),
      fc.constantFrom(...alphabet, '.', '+', '/', '=', ' ', '\0'),
      (index, character) => {
        const changed = `${token.slice(0, index)}${character}${token.slice(index + 1)}`
        expect(tokens.read(changed) === undefined).toBe(changed !== token)
      },
    ),
    { numRuns: 2_000 },
  )
})

test('property: what is read was made here, with these very parts (2,000 cases)', () => {
  const id = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((bytes) => {
    return Buffer.from(bytes).toString('base64url')
  })
  const parts = fc.record({ userId: id, sessionId: id, counter: fc.nat() })
  fc.assert(
    fc.property(parts, fc.string(), (made, noise) => {
      expect(tokens.read(tokens.make(made))).toEqual(made)
      expect(
        tokens.read(`${made.userId}.${made.sessionId}.${made.counter}.${noise}`),
      ).toBeUndefined()
    }),
    { numRuns: 2_000 },
  )
})
