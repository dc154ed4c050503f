// The token verifier under a storm: any input gives one of two refusals, or the very token.

import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { AppError } from '../../contract/app-error.ts'
import { propertyCases } from '../../testing/property-cases.ts'
import { openTestApp, type TestApp } from '../../testing/test-app.ts'
import { createTestClock } from '../../testing/test-clock.ts'

const secretKey = 'uB7dK2xQ9mZr4LwT6nYc1HsVf8GpJe3A'

let keycard: TestApp
let sharedSecret: TestApp

beforeAll(async () => {
  // It stands still: a million cases take longer than a token lives.
  const clock = createTestClock()
  keycard = await openTestApp({ clock })
  sharedSecret = await openTestApp({
    clock,
    env: { JWT_ALGORITHM: 'HS256', SECRET_KEY: secretKey },
  })
})
afterAll(async () => {
  await keycard.close()
  await sharedSecret.close()
})

async function judge({ services }: TestApp, token: string) {
  try {
    return await services.accessTokens.verify(token)
  } catch (error) {
    expect(error).toBeInstanceOf(AppError)
    expect(['invalid_token', 'token_expired']).toContain((error as AppError).reason)
    return undefined
  }
}

const decode = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
const encode = (value: unknown) => Buffer.from(JSON.stringify(value) ?? '').toString('base64url')

/** One member changed to anything, or removed. */
const memberChange = (names: readonly string[]) =>
  fc.record({
    name: fc.oneof(fc.constantFrom(...names), fc.string()),
    value: fc.oneof(fc.jsonValue(), fc.constant(undefined), fc.double(), fc.bigInt().map(Number)),
  })

test('property: no text but the token itself is accepted', async () => {
  const token = await keycard.tokenFor('johndoe')
  const [header = '', claims = '', signature = ''] = token.split('.')
  expect(await judge(keycard, token)).toBeDefined()
  const headerNames = ['alg', 'typ', 'kid', 'jku', 'jwk', 'x5c', 'x5u', 'crit', 'b64']
  const claimNames = Object.keys(decode(claims))
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.array(fc.base64String({ maxLength: 60 }), { maxLength: 6 }).map((parts) => parts.join('.')),
    fc
      .tuple(fc.nat(token.length), fc.nat(4), fc.string({ unit: 'binary', maxLength: 4 }))
      .map(([start, length, noise]) => token.slice(0, start) + noise + token.slice(start + length)),
    memberChange(headerNames).map(
      ({ name, value }) => `${encode({ ...decode(header), [name]: value })}.${claims}.${signature}`,
    ),
    memberChange(claimNames).map(
      ({ name, value }) => `${header}.${encode({ ...decode(claims), [name]: value })}.${signature}`,
    ),
    fc
      .uint8Array({ maxLength: 70 })
      .map((bytes) => `${header}.${claims}.${Buffer.from(bytes).toString('base64url')}`),
  )
  await fc.assert(
    fc.asyncProperty(text, async (candidate) => {
      const believed = await judge(keycard, candidate)
      expect(believed !== undefined).toBe(candidate === token)
    }),
    propertyCases,
  )
})

test('property: a signed token that says anything else gives whole claims, or none', async () => {
  const [header = '', good = ''] = (await sharedSecret.tokenFor('johndoe')).split('.')
  const sign = (head: unknown, claims: unknown) => {
    const signed = `${encode(head)}.${encode(claims)}`
    return `${signed}.${createHmac('sha256', secretKey).update(signed).digest('base64url')}`
  }
  expect(await judge(sharedSecret, sign(decode(header), decode(good)))).toBeDefined()
  const changes = fc.array(memberChange(Object.keys(decode(good))), { maxLength: 3 })
  const headers = fc.oneof(
    fc.constant(decode(header)),
    memberChange(['alg', 'typ', 'kid']).map(({ name, value }) => ({
      ...decode(header),
      [name]: value,
    })),
  )
  await fc.assert(
    fc.asyncProperty(headers, changes, async (head, list) => {
      const claims = Object.assign(
        decode(good),
        ...list.map(({ name, value }) => ({ [name]: value })),
      )
      const believed = await judge(sharedSecret, sign(head, claims))
      if (!believed) return
      const { clientId, tokenId, issuedAt, expiresAt } = believed
      const names =
        believed.kind === 'user' ? [believed.userId, believed.sessionId] : [believed.registrationId]
      for (const name of [...names, clientId, tokenId]) {
        expect(typeof name === 'string' && name !== '').toBe(true)
      }
      const tokenVersion = believed.kind === 'user' ? believed.tokenVersion : 0
      expect([tokenVersion, issuedAt, expiresAt].every(Number.isSafeInteger)).toBe(true)
      expect(expiresAt - issuedAt).toBeLessThanOrEqual(900)
      expect(claims.iss).toBe(decode(good).iss)
    }),
    propertyCases,
  )
})
