// Our access tokens, verified by libraries that share no code with what signs them.

import { createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto'
import { createVerifier } from 'fast-jwt'
import jsonwebtoken from 'jsonwebtoken'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type SigningAlgorithm, signingAlgorithms } from '../server/config.ts'
import { openTestApp, type TestApp } from '../server/testing/test-app.ts'

const issuer = 'https://login.example.com'
const secretKey = 'uB7dK2xQ9mZr4LwT6nYc1HsVf8GpJe3A'

interface Verifier {
  name: string
  algorithms: readonly string[]
  /** Returns the claims. @throws where the token is refused */
  verify(token: string, key: KeyObject | string, algorithm: SigningAlgorithm): unknown
}

const verifiers: Verifier[] = [
  {
    name: 'fast-jwt',
    algorithms: ['EdDSA', 'HS256', 'ES256', 'RS256'],
    verify: (token, key, algorithm) =>
      createVerifier({
        key: typeof key === 'string' ? key : key.export({ type: 'spki', format: 'pem' }),
        algorithms: [algorithm],
        allowedIss: issuer,
        allowedAud: issuer,
        checkTyp: 'at+jwt',
      })(token),
  },
  {
    // It does not support EdDSA.
    name: 'jsonwebtoken',
    algorithms: ['HS256', 'ES256', 'RS256'],
    verify: (token, key, algorithm) =>
      jsonwebtoken.verify(token, key, {
        algorithms: [algorithm as jsonwebtoken.Algorithm],
        issuer,
        audience: issuer,
      }),
  },
  {
    // No JWT library at all: the bytes of RFC 7515 §5.2, and the signature of RFC 7518 or 8037.
    name: 'node:crypto',
    algorithms: ['EdDSA', 'ES256', 'RS256'],
    verify(token, key, algorithm) {
      const [header, claims = '', signature = ''] = token.split('.')
      const isGood = verify(
        algorithm === 'EdDSA' ? null : 'sha256',
        Buffer.from(`${header}.${claims}`),
        { key: key as KeyObject, dsaEncoding: 'ieee-p1363' },
        Buffer.from(signature, 'base64url'),
      )
      if (!isGood) throw new Error('the signature is wrong')
      return JSON.parse(Buffer.from(claims, 'base64url').toString('utf8'))
    },
  },
]

describe.each(signingAlgorithms)('%s', (algorithm) => {
  let keycard: TestApp
  let token: string
  let key: KeyObject | string
  let otherKey: KeyObject | string

  beforeAll(async () => {
    keycard = await open(algorithm)
    token = await keycard.tokenFor('johndoe', 'me me:write')
    key = await readKey(keycard, token)
    const other = await open(algorithm, 'another')
    otherKey = await readKey(other, await other.tokenFor('johndoe'))
    await other.close()
  })

  afterAll(() => keycard.close())

  const able = verifiers.filter(({ algorithms }) => algorithms.includes(algorithm))

  test.each(able)('R45: $name accepts our token', async (verifier) => {
    expect(verifier.verify(token, key, algorithm)).toMatchObject({
      iss: issuer,
      aud: issuer,
      client_id: 'keycard-web',
      scope: 'me me:write',
    })
  })

  test.each(able)('$name refuses a token that was tampered with', ({ verify: judge }) => {
    for (const [name, forged] of Object.entries(tamperWith(token))) {
      expect(() => judge(forged, key, algorithm), name).toThrow()
    }
  })

  test.each(able)('$name refuses our token with the key of another Keycard', (verifier) => {
    expect(() => verifier.verify(token, otherKey, algorithm)).toThrow()
  })
})

test('at least two libraries verify each algorithm', () => {
  for (const algorithm of signingAlgorithms) {
    const able = verifiers.filter(({ algorithms }) => algorithms.includes(algorithm))
    expect(able.length, algorithm).toBeGreaterThanOrEqual(2)
  }
})

function open(algorithm: SigningAlgorithm, salt = ''): Promise<TestApp> {
  const env = {
    PUBLIC_URL: issuer,
    JWT_ALGORITHM: algorithm,
    SECRET_KEY: `${secretKey}${salt}`,
  }
  return openTestApp({ env: algorithm === 'HS256' ? env : { ...env, SECRET_KEY: '' } })
}

/** The key that the token names; with HS256, the secret that both sides hold. */
async function readKey(keycard: TestApp, token: string): Promise<KeyObject | string> {
  const { signing } = keycard.services.config
  if ('secretKey' in signing) return Buffer.from(signing.secretKey).toString('utf8')
  const [header = ''] = token.split('.')
  const { kid } = JSON.parse(Buffer.from(header, 'base64url').toString('utf8'))
  const jwk = (await readKeySet(keycard)).find((candidate) => candidate.kid === kid)
  expect(jwk).toBeDefined()
  return createPublicKey({ key: jwk ?? {}, format: 'jwk' })
}

/** As others read it. */
async function readKeySet(keycard: TestApp): Promise<JsonWebKey[]> {
  const answer = await keycard.app.inject('/.well-known/jwks.json')
  return answer.json().keys
}

function tamperWith(token: string): Record<string, string> {
  const [header = '', claims = '', signature = ''] = token.split('.')
  const edit = (part: string, more: object) =>
    Buffer.from(
      JSON.stringify({ ...JSON.parse(Buffer.from(part, 'base64url').toString('utf8')), ...more }),
    ).toString('base64url')
  const flipped = Buffer.from(signature, 'base64url')
  flipped[7] = (flipped[7] ?? 0) ^ 1
  return {
    'a wider scope': `${header}.${edit(claims, { scope: 'users:write' })}.${signature}`,
    'a later expiry': `${header}.${edit(claims, { exp: 4_000_000_000 })}.${signature}`,
    'another header': `${edit(header, { x: 1 })}.${claims}.${signature}`,
    'alg none': `${edit(header, { alg: 'none' })}.${claims}.`,
    'one bit of the signature': `${header}.${claims}.${flipped.toString('base64url')}`,
    'no signature': `${header}.${claims}.`,
  }
}
