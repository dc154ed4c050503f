// What a device cookie holds: only an id that we issued is a device.

import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { makeRandomId } from '../../db/random-id.ts'
import { createMasterKeys } from '../secrets/master-key.ts'
import { createRefreshTokens } from '../tokens/refresh-tokens.ts'
import { createDeviceTokens } from './device-tokens.ts'

const [newKey, oldKey] = [randomBytes(32), randomBytes(32)]
const tokens = createDeviceTokens(createMasterKeys([newKey, oldKey]))
const deviceId = makeRandomId()
const token = tokens.make(deviceId)

test('reads what it made, also with an older master key', () => {
  expect(tokens.read(token)).toBe(deviceId)
  expect(tokens.read(createDeviceTokens(createMasterKeys([oldKey])).make(deviceId))).toBe(deviceId)
})

test('garbage, a changed id and a key that is not ours are not a device', () => {
  const [, mac = ''] = token.split('.')
  const foreign = createDeviceTokens(createMasterKeys([randomBytes(32)])).make(deviceId)
  for (const text of ['', 'x', deviceId, `${makeRandomId()}.${mac}`, `${token}=`, foreign]) {
    expect(tokens.read(text)).toBeUndefined()
  }
})

test('R113: a refresh token and a device token have separate keys', () => {
  const refreshTokens = createRefreshTokens(createMasterKeys([newKey]))
  const parts = { userId: deviceId, sessionId: deviceId, counter: 0 }
  const mac = refreshTokens.make(parts).split('.').at(-1)
  expect(tokens.read(`${deviceId}.${mac}`)).toBeUndefined()
  const [, ownMac = ''] = token.split('.')
  expect(refreshTokens.read(`${deviceId}.${deviceId}.0.${ownMac}`)).toBeUndefined()
})
