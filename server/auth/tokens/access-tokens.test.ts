// Which access tokens are accepted, and which are not: every forgery beside a token that differs
// from it in one thing and is accepted.

import { KeyObject, sign } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, exportJWK, generateKeyPair } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Config, SigningAlgorithm } from '../../config.ts'
import { AppError } from '../../contract/app-error.ts'
import { toSeconds } from '../../db/clock.ts'
import { shareTestDatabase } from '../../testing/databases.ts'
import { stillFeed } from '../../testing/still-feed.ts'
import { createTestClock } from '../../testing/test-clock.ts'
import { loadSigningKeys, type VerificationKey } from '../keys/signing-keys.ts'
import { createMasterKeys } from '../secrets/master-key.ts'
import { type AccessTokens, createAccessTokens } from './access-tokens.ts'

const issuer = 'https://login.example.com'
const lifetimeSeconds = 900
const clock = createTestClock()
const now = toSeconds(clock.now())

const secretKey = new TextEncoder().encode('Vp8LQ7mZk2Nf4XrT9wYb3HcJ6sGd1KeA')

const subject = {
  kind: 'user' as const,
  userId: 'u'.repeat(22),
  sessionId: 's'.repeat(22),
  clientId: 'keycard-web',
  scopes: ['me', 'me:write'],
  tokenVersion: 3,
}

const goodClaims = {
  iss: issuer,
  aud: issuer as unknown,
  sub: subject.userId as unknown,
  client_id: subject.clientId as unknown,
  scope: 'me me:write' as unknown,
  sid: subject.sessionId as unknown,
  token_version: 3 as unknown,
  jti: 'j'.repeat(22) as unknown,
  iat: now as unknown,
  exp: (now + lifetimeSeconds) as unknown,
}

type Members = Record<string, unknown>

async function outcome(tokens: AccessTokens, token: string): Promise<string> {
  try {
    await tokens.verify(token)
    return 'accepted'
  } catch (error) {
    expect(error).toBeInstanceOf(AppError)
    const { reason, message } = error as AppError
    return `${reason}: ${message}`
  }
}

const refused = 'invalid_token: Could not validate credentials'
const expired = 'token_expired: Token has expired'

/** Text and bytes as they are, everything else as JSON. */
const encode = (value: unknown) => {
  if (Buffer.isBuffer(value)) return value.toString('base64url')
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString(
    'base64url',
  )
}

/** Signs anything, even where jose would refuse to. */
async function signRaw(key: CryptoKey, header: unknown, claims: unknown): Promise<string> {
  const data = `${encode(header)}.${encode(claims)}`
  const how = { name: key.algorithm.name, hash: 'SHA-256' }
  const signature = await crypto.subtle.sign(how, key, Buffer.from(data))
  return `${data}.${Buffer.from(signature).toString('base64url')}`
}

function without(members: Members, name: string): Members {
  return Object.fromEntries(Object.entries(members).filter(([key]) => key !== name))
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** The same bytes, spelt with a stray bit in the last character. */
function respellLast(token: string): string {
  const last = alphabet[alphabet.indexOf(token.at(-1) ?? '') + 1]
  return `${token.slice(0, -1)}${last}`
}

const algorithms: Config['signing'][] = [
  { algorithm: 'EdDSA' },
  { algorithm: 'ES256' },
  { algorithm: 'RS256' },
  { algorithm: 'HS256', secretKey },
]

/** Another algorithm whose name we know as well. */
const otherAlgorithm: Record<SigningAlgorithm, SigningAlgorithm> = {
  EdDSA: 'ES256',
  ES256: 'RS256',
  RS256: 'HS256',
  HS256: 'EdDSA',
}

describe.each(algorithms)('$algorithm', (signing) => {
  const database = shareTestDatabase('sqlite')
  let tokens: AccessTokens
  let active: VerificationKey
  let goodHeader: Members

  beforeAll(async () => {
    const masterKeys = createMasterKeys([Buffer.alloc(32, 1)])
    const signingKeys = await loadSigningKeys(signing, {
      database: database(),
      masterKeys,
      clock,
      feed: stillFeed,
      accessTokenLifetimeSeconds: lifetimeSeconds,
      onUnreadableKey: () => {},
    })
    active = signingKeys.active
    goodHeader = { alg: active.algorithm, kid: active.kid, typ: 'at+jwt' }
    tokens = createAccessTokens({ signingKeys, clock, issuer, lifetimeSeconds })
  })

  const forge = (header: unknown, claims: unknown) => signRaw(active.key, header, claims)
  const judge = async (header: unknown, claims: unknown) =>
    outcome(tokens, await forge(header, claims))

  /** The same token except for the one thing that the test changes. */
  async function expectControl(): Promise<string> {
    const token = await forge(goodHeader, goodClaims)
    expect(await outcome(tokens, token)).toBe('accepted')
    return token
  }

  test('an issued token says what it was issued for', async () => {
    const { token, expiresIn } = await tokens.issue(subject)
    expect(expiresIn).toBe(lifetimeSeconds)
    expect(await tokens.verify(token)).toEqual({
      ...subject,
      registrationId: null,
      tokenId: expect.stringMatching(/^[\w-]{22}$/),
      keyId: decodeProtectedHeader(token).kid,
      issuedAt: now,
      expiresAt: now + lifetimeSeconds,
    })
  })

  test("a registered client's user token names the registration, a built-in one's does not", async () => {
    const registrationId = 'r'.repeat(22)
    const { token } = await tokens.issue({ ...subject, clientId: 'mobile-app', registrationId })
    expect(decodeJwt(token)).toMatchObject({ client_registration: registrationId })
    expect(await tokens.verify(token)).toMatchObject({ kind: 'user', registrationId })
    expect(decodeJwt((await tokens.issue(subject)).token)).not.toHaveProperty('client_registration')
    expect(await judge(goodHeader, { ...goodClaims, client_registration: '' })).not.toBe('accepted')
    // From before there was the claim: its client's id is what is revoked.
    const old = await forge(goodHeader, { ...goodClaims, client_id: 'mobile-app' })
    expect(await tokens.verify(old)).toMatchObject({ registrationId: 'mobile-app' })
  })

  describe('of a client in its own name', () => {
    const machine = {
      kind: 'client' as const,
      clientId: 'nightly-report',
      registrationId: 'r'.repeat(22),
      scopes: ['users:read'],
    }
    const { sid: _sid, token_version: _tokenVersion, ...unbound } = goodClaims
    const machineClaims = {
      ...unbound,
      sub: machine.clientId,
      client_id: machine.clientId,
      scope: 'users:read',
      registration: machine.registrationId,
    }

    test('RFC 9068 §2.2: sub is the client, and there is no session', async () => {
      const { token } = await tokens.issue(machine)
      expect(decodeJwt(token)).toEqual({ ...machineClaims, jti: expect.any(String) })
      expect(await tokens.verify(token)).toMatchObject(machine)
    })

    test.each<[string, Members]>([
      ['sub is not the client', { sub: subject.userId }],
      ['it has a session too', { sid: subject.sessionId }],
      ['it has a token version too', { token_version: 0 }],
      ['the registration is empty', { registration: '' }],
      ['the registration is null', { registration: null }],
    ])('R34: is refused where %s', async (_name, claims) => {
      expect(await judge(goodHeader, machineClaims)).toBe('accepted')
      expect(await judge(goodHeader, { ...machineClaims, ...claims })).toBe(refused)
    })

    test("R34: a user's token does not become a client's by an extra claim", async () => {
      await expectControl()
      const { registration } = machineClaims
      expect(await judge(goodHeader, { ...goodClaims, registration })).toBe(refused)
    })
  })

  test('R42: the token holds no personal data, and nothing else that it does not need', async () => {
    const [header, claims] = (await tokens.issue(subject)).token
      .split('.')
      .slice(0, 2)
      .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()))
    expect(header).toEqual(goodHeader)
    expect(claims).toEqual({ ...goodClaims, jti: expect.any(String) })
  })

  test('R17: no two tokens have the same jti', async () => {
    const issued = await Promise.all(Array.from({ length: 50 }, () => tokens.issue(subject)))
    const claims = await Promise.all(issued.map(({ token }) => tokens.verify(token)))
    expect(new Set(claims.map(({ tokenId }) => tokenId)).size).toBe(50)
  })

  test.each<[string, Members]>([
    ['aud lists us among others', { aud: ['https://other.example', issuer] }],
    ['iat is 60 s ahead (R36)', { iat: now + 60, exp: now + 60 + lifetimeSeconds }],
    ['exp is a second ahead', { iat: now - lifetimeSeconds + 1, exp: now + 1 }],
    ['nbf has passed', { nbf: now }],
    ['a claim is unknown', { groups: ['staff'] }],
  ])('is accepted where %s', async (_name, claims) => {
    expect(await judge(goodHeader, { ...goodClaims, ...claims })).toBe('accepted')
  })

  test.each(Object.keys(goodClaims))('R34: is refused without %s', async (name) => {
    await expectControl()
    expect(await judge(goodHeader, without(goodClaims, name))).toBe(refused)
  })

  test.each<[string, Members]>([
    ['R35: iss is another', { iss: 'https://evil.example' }],
    ['R35: iss has a slash more', { iss: `${issuer}/` }],
    ['R35: aud is another', { aud: 'https://other.example' }],
    ['R35: aud lists only others', { aud: ['https://other.example'] }],
    ['R34: sub is a number', { sub: 42 }],
    ['R34: sub is empty', { sub: '' }],
    ['R34: client_id is a number', { client_id: 1 }],
    ['R34: jti is empty', { jti: '' }],
    ['R34: sid is null', { sid: null }],
    ['R34: scope is a list', { scope: ['me'] }],
    ['R34: token_version is text', { token_version: '3' }],
    ['R34: token_version is a fraction', { token_version: 3.5 }],
    ['R34: iat is text', { iat: String(now) }],
    ['R34: exp is text', { exp: String(now + 60) }],
    ['R36: exp is 1e99', { exp: 1e99 }],
    ['R36: it lives a second longer than we issue', { exp: now + lifetimeSeconds + 1 }],
    ['R36: iat is 61 s ahead', { iat: now + 61, exp: now + 61 + lifetimeSeconds }],
    ['R36: iat is an hour ahead', { iat: now + 3_600, exp: now + 3_700 }],
    ['R36: nbf is still to come', { nbf: now + 61 }],
    ['R36: nbf is text', { nbf: 'now' }],
  ])('is refused where %s', async (_name, claims) => {
    await expectControl()
    expect(await judge(goodHeader, { ...goodClaims, ...claims })).toBe(refused)
  })

  test.each<[string, Members]>([
    ['R33: typ is JWT', { typ: 'JWT' }],
    ['R33: typ is that of another token of ours', { typ: 'reset+jwt' }],
    ['R33: typ is missing', { typ: undefined }],
    ['R33: typ is a number', { typ: 1 }],
    ['R31: alg is none', { alg: 'none' }],
    ['R31: alg is None, in other letters', { alg: 'nOnE' }],
    ['R31: alg is another that we know', { alg: otherAlgorithm[signing.algorithm] }],
    ['R31: alg is of the same family', { alg: `${signing.algorithm.slice(0, 2)}512` }],
    ['R31: alg is a list', { alg: [signing.algorithm] }],
    ['R31: alg is in other letters', { alg: signing.algorithm.toLowerCase() }],
    ['R31: alg is missing', { alg: undefined }],
    ['R32: kid is unknown', { kid: 'another' }],
    ['R32: kid is a number', { kid: 1 }],
    ['R32: kid is missing', { kid: undefined }],
    ['R32: kid is empty', { kid: '' }],
    ['R32: kid is a member of every object', { kid: '__proto__' }],
    ['R32: kid is SQL', { kid: "' or '1'='1" }],
    ['R32: kid is a path', { kid: '../../dev/null' }],
    ['R32: jku is there', { jku: 'https://evil.example/jwks.json' }],
    ['R32: x5u is there', { x5u: 'https://evil.example/cert.pem' }],
    ['R32: x5c is there', { x5c: ['MIIB'] }],
    ['R32: jwk is there', { jwk: { kty: 'oct', k: 'AAAA' } }],
    ['R39: crit is there', { crit: ['exp'] }],
    ['R39: b64 is there', { b64: true }],
  ])('is refused where %s', async (_name, members) => {
    await expectControl()
    expect(await judge({ ...goodHeader, ...members }, goodClaims)).toBe(refused)
  })

  test.each<[string, (token: string) => string]>([
    ['a newline follows', (token) => `${token}\n`],
    ['a space goes before', (token) => ` ${token}`],
    ['the signature is padded', (token) => `${token}=`],
    ['the signature has a stray bit', respellLast],
    ['a fourth part follows', (token) => `${token}.AAAA`],
    ['it has the five parts of a JWE (R39)', (token) => `${token}.AAAA.AAAA`],
    ['the signature is missing (R40)', (token) => token.slice(0, token.lastIndexOf('.') + 1)],
    ['only two parts are there', (token) => token.slice(0, token.lastIndexOf('.'))],
    [
      'the signature is all zero (R40)',
      (token) => token.replace(/[^.]+$/, (part) => 'A'.repeat(part.length)),
    ],
    ['a byte of the claims is another', (token) => token.replace(/\.(.)/, '.f')],
    ['it is 4,097 characters long', (token) => token.padEnd(4_097, 'A')],
    ['it is empty', () => ''],
    ['it is two dots', () => '..'],
    ['the header is not JSON', (token) => token.replace(/^[^.]+/, encode('{'))],
    ['the header is a list', (token) => token.replace(/^[^.]+/, encode([]))],
    ['the header is null', (token) => token.replace(/^[^.]+/, encode(null))],
  ])('R37: is refused where %s', async (_name, change) => {
    const token = await expectControl()
    expect(change(token)).not.toBe(token)
    expect(await outcome(tokens, change(token))).toBe(refused)
  })

  test('R37: is refused where the signature is spelt in plain base64', async () => {
    await expectControl()
    // Not every signature has one of the two letters that differ.
    let token: string
    do token = (await tokens.issue(subject)).token
    while (!/[-_]/.test(token.split('.')[2] ?? ''))
    const [header, claims, signature = ''] = token.split('.')
    const plain = signature.replaceAll('-', '+').replaceAll('_', '/')
    expect(await outcome(tokens, token)).toBe('accepted')
    expect(await outcome(tokens, `${header}.${claims}.${plain}`)).toBe(refused)
  })

  test('R37: is refused at 4,097 characters, and accepted at 4,096', async () => {
    // Three bytes make four characters: what the claims cannot hit, the header fills up.
    const makeToken = (headerPad: number, claimsPad: number) =>
      forge(
        { ...goodHeader, pad: 'h'.repeat(headerPad) },
        { ...goodClaims, pad: 'c'.repeat(claimsPad) },
      )
    const ofLength = async (length: number) => {
      for (const headerPad of [0, 1, 2]) {
        const { length: least } = await makeToken(headerPad, 0)
        const claimsPad = Math.floor(((length - least) * 3) / 4)
        for (const more of [-1, 0, 1]) {
          const token = await makeToken(headerPad, claimsPad + more)
          if (token.length === length) return token
        }
      }
      throw new Error(`no token has ${length} characters`)
    }
    expect(await outcome(tokens, await ofLength(4_096))).toBe('accepted')
    expect(await outcome(tokens, await ofLength(4_097))).toBe(refused)
  })

  // JSON.parse takes the last of two, another reader the first: RFC 7519 §4 lets us refuse.
  test.each([
    ['a claim', 'sub', 'claims'],
    ['the expiry', 'exp', 'claims'],
    ['a claim that we do not know', 'groups', 'claims'],
    ['the algorithm', 'alg', 'header'],
    ['the kid', 'kid', 'header'],
  ] as const)('R34: is refused where %s is there twice', async (_name, member, part) => {
    const members: Members = { ...(part === 'claims' ? goodClaims : goodHeader), groups: 'staff' }
    const once = JSON.stringify(members)
    const pair = `"${member}":${JSON.stringify(members[member])}`
    const escaped = `"\\u${member.charCodeAt(0).toString(16).padStart(4, '0')}${pair.slice(2)}`
    const judgePart = (text: string) =>
      part === 'claims' ? judge(goodHeader, text) : judge(text, goodClaims)
    expect(await judgePart(once)).toBe('accepted')
    for (const second of [pair, escaped]) {
      expect(await judgePart(once.replace(pair, `${pair},${second}`))).toBe(refused)
    }
  })

  test.each([
    ['a space', (text: string) => text.replace(',', ', ')],
    ['an escaped letter', (text: string) => text.replace('"iss"', '"\\u0069ss"')],
    [
      'a number with an exponent',
      (text: string) => text.replace('"token_version":3', '"token_version":3e0'),
    ],
    ['a newline at the end', (text: string) => `${text}\n`],
    ['a byte order mark', (text: string) => `\ufeff${text}`],
  ])('R37: is refused where the same claims are spelt with %s', async (_name, respell) => {
    const text = JSON.stringify(goodClaims)
    expect(await judge(goodHeader, text)).toBe('accepted')
    expect(respell(text)).not.toBe(text)
    expect(await judge(goodHeader, respell(text))).toBe(refused)
  })

  test('R37: is refused where header or claims are not UTF-8', async () => {
    const token = (bytes: Buffer) => forge(goodHeader, bytes)
    const claims = Buffer.from(JSON.stringify({ ...goodClaims, groups: 'x' }))
    expect(await outcome(tokens, await token(claims))).toBe('accepted')
    const broken = Buffer.from(claims)
    broken[broken.lastIndexOf('x')] = 0xff
    expect(await outcome(tokens, await token(broken))).toBe(refused)
  })

  test('a claim set that is not an object is refused', async () => {
    await expectControl()
    for (const claims of ['[]', 'null', '"me"', 'no JSON']) {
      expect(await judge(goodHeader, claims)).toBe(refused)
    }
  })

  test('R26: an expired one is distinguished, to the second', async () => {
    const issuedAt = now - lifetimeSeconds
    const claims = (exp: number) => ({ ...goodClaims, iat: issuedAt, exp })
    expect(await judge(goodHeader, claims(now))).toBe(expired)
    expect(
      await judge({ ...goodHeader }, { ...claims(now), iat: issuedAt + 1, exp: now + 1 }),
    ).toBe('accepted')
  })

  test('R26: a forged token is never reported as expired', async () => {
    const claims = { ...goodClaims, iat: now - 2_000, exp: now - 1_100 }
    const token = await forge(goodHeader, claims)
    expect(await outcome(tokens, token)).toBe(expired)
    expect(await outcome(tokens, token.replace(/[^.]+$/, 'AAAA'))).toBe(refused)
    expect(await judge(goodHeader, { ...claims, aud: 'https://other.example' })).toBe(refused)
    expect(await judge({ ...goodHeader, typ: 'JWT' }, claims)).toBe(refused)
  })

  test('R32: a signature by another key of the same kind is refused', async () => {
    await expectControl()
    const foreign =
      signing.algorithm === 'HS256'
        ? await importSecret(Buffer.alloc(32, 9))
        : (await generateKeyPair(signing.algorithm)).privateKey
    expect(await outcome(tokens, await signRaw(foreign, goodHeader, goodClaims))).toBe(refused)
  })
})

describe.each(['EdDSA', 'ES256', 'RS256'] as const)('%s', (algorithm) => {
  test('R31: the public key used as an HMAC secret signs nothing', async () => {
    const { publicKey, privateKey } = await generateKeyPair(algorithm)
    const active: VerificationKey = { kid: 'k', algorithm, key: publicKey }
    const tokens = createAccessTokens({
      signingKeys: { active, find: async () => active },
      clock,
      issuer,
      lifetimeSeconds,
    })
    const header = { alg: algorithm, kid: 'k', typ: 'at+jwt' }
    expect(await outcome(tokens, await signRaw(privateKey, header, goodClaims))).toBe('accepted')
    const exported = KeyObject.from(publicKey)
    const spellings = [
      exported.export({ type: 'spki', format: 'der' }),
      Buffer.from(exported.export({ type: 'spki', format: 'pem' })),
      Buffer.from(JSON.stringify(await exportJWK(publicKey))),
    ]
    for (const bytes of spellings) {
      const secret = await importSecret(Uint8Array.from(bytes))
      const forged = await signRaw(secret, { ...header, alg: 'HS256' }, goodClaims)
      expect(await outcome(tokens, forged)).toBe(refused)
    }
  })
})

test('R40: ES256 of r = s = 0, and a signature in DER, are refused', async () => {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true })
  const active: VerificationKey = { kid: 'k', algorithm: 'ES256', key: publicKey }
  const tokens = createAccessTokens({
    signingKeys: { active, find: async () => active },
    clock,
    issuer,
    lifetimeSeconds,
  })
  const header = { alg: 'ES256', kid: 'k', typ: 'at+jwt' }
  const token = await signRaw(privateKey, header, goodClaims)
  expect(await outcome(tokens, token)).toBe('accepted')
  const data = token.slice(0, token.lastIndexOf('.'))
  const inDer = sign('sha256', Buffer.from(data), KeyObject.from(privateKey))
  for (const signature of [Buffer.alloc(64), inDer]) {
    const forged = `${data}.${signature.toString('base64url')}`
    expect(await outcome(tokens, forged)).toBe(refused)
  }
})

function importSecret(bytes: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
}
