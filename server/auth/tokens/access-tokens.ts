// Access tokens: JWTs as RFC 9068 defines them, made and verified.

import { errors, jwtVerify, SignJWT } from 'jose'
import { AppError } from '../../contract/app-error.ts'
import { isBuiltInClient } from '../../contract/oauth.ts'
import { formatScope } from '../../contract/scopes.ts'
import { type Clock, clockToleranceMs, toSeconds } from '../../db/clock.ts'
import { makeRandomId } from '../../db/random-id.ts'
import type { SigningKeys } from '../keys/signing-keys.ts'

/** The subject of a token: a user in a session, or a client in its own name. */
export type AccessTokenSubject = UserSubject | ClientSubject

export interface UserSubject {
  kind: 'user'
  userId: string
  sessionId: string
  /** The user's token version when the token was issued; a raised one ends the token. */
  tokenVersion: number
  clientId: string
  /** The client's registration, with which the token ends. A built-in client has none. */
  registrationId?: string | null
  scopes: readonly string[]
}

interface ClientSubject {
  kind: 'client'
  clientId: string
  /** Ends with the client: one that is added again under the same name has another. */
  registrationId: string
  scopes: readonly string[]
}

/** What the token says, once it is accepted. */
export type AccessTokenClaims = AccessTokenSubject & {
  tokenId: string
  /** The `kid` of the key that signed it. */
  keyId: string
  /** In epoch seconds. */
  issuedAt: number
  expiresAt: number
}

export interface AccessTokens {
  /** `expiresIn` in seconds: exp − iat (RFC 6749 §5.1). */
  issue(subject: AccessTokenSubject): Promise<{ token: string; expiresIn: number }>
  /** @throws AppError token_expired where only its time is over, else invalid_token */
  verify(token: string): Promise<AccessTokenClaims>
}

interface AccessTokensDeps {
  signingKeys: Pick<SigningKeys, 'active' | 'find'>
  clock: Clock
  /** Exact `iss`, and the `aud` we answer to (RFC 9068 §4). */
  issuer: string
  lifetimeSeconds: number
  /** In epoch seconds, 0 by default: an earlier token would be refused as soon as it is issued. */
  issueFrom?: () => number
}

const tokenType = 'at+jwt'
const tokenMaxLength = 4_096
/** How far the clock that issued a token may run ahead of ours: the one ahead, the other behind. */
export const clockSkewSeconds = (2 * clockToleranceMs) / 1000

export function createAccessTokens(deps: AccessTokensDeps): AccessTokens {
  const { signingKeys, clock, issuer, lifetimeSeconds, issueFrom = () => 0 } = deps
  return {
    async issue(subject) {
      const { key, kid, algorithm } = signingKeys.active
      // Within the second of a revocation for everyone, a token belongs to the next second.
      const issuedAt = Math.max(toSeconds(clock.now()), issueFrom())
      const token = await new SignJWT({
        client_id: subject.clientId,
        scope: formatScope(subject.scopes),
        ...describeHolder(subject),
      })
        .setProtectedHeader({ alg: algorithm, kid, typ: tokenType })
        .setIssuer(issuer)
        // RFC 9068 §2.2: where no user is involved, `sub` is the client.
        .setSubject(subject.kind === 'user' ? subject.userId : subject.clientId)
        .setAudience(issuer)
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + lifetimeSeconds)
        .setJti(makeRandomId())
        .sign(key)
      return { token, expiresIn: lifetimeSeconds }
    },

    async verify(token) {
      const header = readHeader(token)
      const known = await signingKeys.find(header.kid)
      if (known === undefined || header.alg !== known.algorithm) throw invalidToken('unknown key')
      const nowSeconds = toSeconds(clock.now())
      try {
        const { payload } = await jwtVerify(token, known.key, {
          algorithms: [known.algorithm],
          issuer,
          audience: issuer,
          typ: tokenType,
          requiredClaims: ['exp', 'iat', 'jti', 'sub', 'client_id', 'scope'],
          currentDate: new Date(nowSeconds * 1000),
        })
        return readClaims(payload, {
          keyId: known.kid,
          latestIssuedAt: nowSeconds + clockSkewSeconds,
          lifetimeSeconds,
        })
      } catch (error) {
        if (error instanceof AppError) throw error
        // jose checks the time last: an expired token is right in every other way.
        if (error instanceof errors.JWTExpired) {
          throw new AppError('token_expired', 'Token has expired')
        }
        throw invalidToken('not verified', error)
      }
    },
  }
}

/** The claims that decide how long the token lives; each kind of token has its own. */
function describeHolder(subject: AccessTokenSubject) {
  return subject.kind === 'user'
    ? {
        sid: subject.sessionId,
        token_version: subject.tokenVersion,
        // Not `registration`, which says that no user is involved.
        ...(subject.registrationId && { client_registration: subject.registrationId }),
      }
    : { registration: subject.registrationId }
}

/**
 * Refuses what jose would accept: a second spelling of the same token, and headers that name a key
 * of their own (RFC 8725 §3.10).
 */
function readHeader(token: string): { alg: unknown; kid: string } {
  const parts = token.length <= tokenMaxLength ? token.split('.') : []
  const [header = '', claims = '', signature = ''] = parts
  if (parts.length !== 3 || !isCanonicalBase64url(signature)) throw invalidToken('not a JWT')
  parseCanonicalJson(claims)
  const members = parseCanonicalJson(header)
  const foreign = ['jku', 'jwk', 'x5u', 'x5c', 'crit', 'b64'].find((name) => name in members)
  if (foreign !== undefined) throw invalidToken(`header has ${foreign}`)
  if (typeof members.kid !== 'string') throw invalidToken('header has no kid')
  return { alg: members.alg, kid: members.kid }
}

/** No trailing newline, padding, `+/`, or last character with stray bits. */
function isCanonicalBase64url(part: string): boolean {
  return part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part
}

/**
 * The object, where it is spelt as we spell it. JSON.parse takes the last of two members with one
 * name and other readers the first (RFC 7519 §4); broken UTF-8, spaces and escapes are not ours
 * either.
 */
function parseCanonicalJson(part: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  } catch (error) {
    throw invalidToken('a part is not JSON', error)
  }
  if (typeof value !== 'object' || value === null) throw invalidToken('a part is no object')
  if (Buffer.from(JSON.stringify(value)).toString('base64url') !== part) {
    throw invalidToken('a part is spelt otherwise')
  }
  return { ...value }
}

/** What a token is checked against. Times in epoch seconds. */
interface TokenFrame {
  keyId: string
  latestIssuedAt: number
  lifetimeSeconds: number
}

/**
 * RFC 9068 §2.2: every claim is there and of its type; jose by itself accepts a numeric or empty
 * `sub`.
 */
function readClaims(
  claims: Record<string, unknown>,
  { keyId, latestIssuedAt, lifetimeSeconds }: TokenFrame,
): AccessTokenClaims {
  const text = (name: string) => {
    const value = claims[name]
    if (typeof value !== 'string' || value === '') throw invalidToken(`${name} is no text`)
    return value
  }
  const integer = (name: string) => {
    const value = claims[name]
    if (!Number.isSafeInteger(value)) throw invalidToken(`${name} is no whole number`)
    return value as number
  }
  const issuedAt = integer('iat')
  const expiresAt = integer('exp')
  if (issuedAt > latestIssuedAt) throw invalidToken('issued in the future')
  if (expiresAt - issuedAt > lifetimeSeconds) throw invalidToken('lives longer than we issue')
  const common = {
    clientId: text('client_id'),
    scopes: text('scope').split(' '),
    tokenId: text('jti'),
    keyId,
    issuedAt,
    expiresAt,
  }
  const readRegistration = () => {
    if ('client_registration' in claims) return text('client_registration')
    // A token that was issued before there was this claim: the client's id stands for it.
    return isBuiltInClient(common.clientId) ? null : common.clientId
  }
  if (!('registration' in claims)) {
    const [userId, sessionId, tokenVersion] = [text('sub'), text('sid'), integer('token_version')]
    return {
      kind: 'user',
      userId,
      sessionId,
      tokenVersion,
      registrationId: readRegistration(),
      ...common,
    }
  }
  if ('sid' in claims || 'token_version' in claims) throw invalidToken('of a user and of a client')
  if (text('sub') !== common.clientId) throw invalidToken('sub is not the client')
  return { kind: 'client', registrationId: text('registration'), ...common }
}

/**
 * One public sentence for every cause, so that a forger learns nothing; the cause goes to the log.
 */
function invalidToken(detail: string, cause?: unknown): AppError {
  return new AppError('invalid_token', 'Could not validate credentials', { detail, cause })
}
