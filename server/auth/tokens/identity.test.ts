// From the Authorization header to the caller, or to the right refusal.

import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AppError } from '../../contract/app-error.ts'
import { propertyCases } from '../../testing/property-cases.ts'
import { openTestApp, type TestApp } from '../../testing/test-app.ts'

let keycard: TestApp
let token: string

beforeAll(async () => {
  keycard = await openTestApp()
  token = await keycard.tokenFor('johndoe', 'me me:write')
})
afterAll(() => keycard.close())

const identify = (...headers: string[]) => keycard.services.identities.identify(headers)

async function reasonFor(...headers: string[]): Promise<string> {
  const error = await identify(...headers).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(AppError)
  return (error as AppError).reason
}

test.each(['Bearer', 'bearer', 'BEARER', 'bEaReR'])(
  'R22: the scheme may be written %s',
  async (scheme) => {
    await expect(identify(`${scheme} ${token}`)).resolves.toMatchObject({
      scopes: ['me', 'me:write'],
      clientId: 'keycard-web',
    })
  },
)

test('R22: spaces around the token are not part of it', async () => {
  await expect(identify(`Bearer   ${token}  `)).resolves.toBeDefined()
})

test('R22: of two headers neither counts, even if they are the same', async () => {
  expect(await reasonFor(`Bearer ${token}`, `Bearer ${token}`)).toBe('invalid_request')
  expect(await reasonFor('Basic Og==', `Bearer ${token}`)).toBe('invalid_request')
})

test.each([
  ['no header', []],
  ['an empty header', ['']],
  ['Basic', ['Basic am9obmRvZTpzZWNyZXQ=']],
  ['a longer word', ['Bearerx abc']],
  ['the token alone', ['abc']],
])('R25: %s counts as no token', async (_name, headers) => {
  expect(await reasonFor(...headers)).toBe('not_authenticated')
})

describe('R26: a token that does not match b64token is invalid', () => {
  test.each([
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'Bearer a,b',
    'Bearer "a"',
    'Bearer =',
    'Bearer é',
  ])('%s', async (header) => {
    expect(await reasonFor(header)).toBe('invalid_token')
  })

  test('a token with a second one behind it', async () => {
    expect(await reasonFor(`Bearer ${token}, Bearer ${token}`)).toBe('invalid_token')
  })
})

test('R27: a missing scope is named', async () => {
  const identity = await identify(`Bearer ${token}`)
  const { requireScopes } = keycard.services.identities
  expect(() => requireScopes(identity, ['me', 'me:write'])).not.toThrow()
  for (const scope of [['users:read'], ['me', 'users:read']] as const) {
    expect(() => requireScopes(identity, scope)).toThrow(
      expect.objectContaining({
        reason: 'insufficient_scope',
        message: 'Not enough permissions',
        scope,
      }),
    )
  }
})

test('R86, property: no header text gives anything but an AppError', async () => {
  const reasons = ['not_authenticated', 'invalid_token', 'invalid_request']
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'binary' }).map((rest) => `Bearer ${rest}`),
    fc.base64String().map((rest) => `bearer ${rest}`),
    fc.tuple(fc.nat(400), fc.string({ unit: 'binary', maxLength: 3 })).map(([index, noise]) => {
      const broken = `${token.slice(0, index)}${noise}${token.slice(index + 1)}`
      return `Bearer ${broken === token ? '' : broken}`
    }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 2 }), async (headers) => {
      expect(reasons).toContain(await reasonFor(...headers))
    }),
    propertyCases,
  )
})
