// The keys that sign access tokens: made at the first start, kept encrypted in the database.

import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import {
  type CryptoKey,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
} from 'jose'
import type { Config, SigningAlgorithm } from '../config.ts'
import { StartError } from '../contract/start-error.ts'
import type { Clock } from '../db/clock.ts'
import type { Database } from '../db/database.ts'
import { isUniqueViolation } from '../db/errors.ts'
import type { DerivedKey, MasterKeys } from './master-key.ts'

/** Imported once: jose checks 18,000 HS256 signatures a second with a CryptoKey, 8,400 with raw bytes. */
export interface VerificationKey {
  kid: string
  algorithm: SigningAlgorithm
  key: CryptoKey
}

export interface SigningKeys {
  /** What new tokens are signed with. */
  readonly active: VerificationKey
  /** By `kid`, from our own set only (RFC 8725 §3.1). */
  find(kid: string): VerificationKey | undefined
  /** For others to verify our tokens with (RFC 7517 §5): empty where the key is a shared secret. */
  publicJwks(): JWK[]
}

interface SigningKeysParts {
  database: Database
  masterKeys: MasterKeys
  clock: Clock
}

export async function loadSigningKeys(
  signing: Config['signing'],
  parts: SigningKeysParts,
): Promise<SigningKeys> {
  if (signing.algorithm === 'HS256') return importSharedSecret(signing.secretKey)
  const { database } = parts
  if (!(await selectActiveRow(database))) await insertNewKeyPair(parts)
  const row = await selectActiveRow(database)
  if (!row) throw new StartError('The signing key vanished from the database while starting.')
  const privateJwk = decryptPrivateKey(row, parts.masterKeys)
  const { d: _privatePart, ...publicJwk } = privateJwk
  const active = {
    kid: row.kid,
    algorithm: 'EdDSA',
    key: await importKey(privateJwk, 'EdDSA'),
  } as const
  // Not the row's own public_jwk: whoever can write to the database could put theirs there.
  const verification: VerificationKey = {
    ...active,
    key: await importKey(publicJwk, 'EdDSA'),
  }
  const published = describePublicJwk(publicJwk, verification)
  return {
    active,
    find: (kid) => (kid === verification.kid ? verification : undefined),
    publicJwks: () => [published],
  }
}

/** The kid tells nothing of the secret: it is a keyed hash, not the RFC 7638 thumbprint. */
async function importSharedSecret(secretKey: Uint8Array): Promise<SigningKeys> {
  const kid = createHmac('sha256', secretKey).update('keycard kid').digest('base64url')
  const jwk = { kty: 'oct', k: Buffer.from(secretKey).toString('base64url') }
  const active = { kid, algorithm: 'HS256', key: await importKey(jwk, 'HS256') } as const
  return {
    active,
    find: (candidate) => (candidate === kid ? active : undefined),
    publicJwks: () => [],
  }
}

/** The members that make a public key of any kind; whatever else a JWK has stays here (R44). */
const publicMembers = ['kty', 'crv', 'x', 'y', 'n', 'e'] as const

function describePublicJwk(
  jwk: JWK,
  { kid, algorithm }: Pick<VerificationKey, 'kid' | 'algorithm'>,
): JWK {
  const members = publicMembers.flatMap((name) => (name in jwk ? [[name, jwk[name]]] : []))
  return { ...Object.fromEntries(members), kid, alg: algorithm, use: 'sig' }
}

async function importKey(jwk: JWK, algorithm: SigningAlgorithm): Promise<CryptoKey> {
  if (algorithm === 'HS256') {
    const secret = Buffer.from(jwk.k ?? '', 'base64url')
    const parameters = { name: 'HMAC', hash: 'SHA-256' }
    return crypto.subtle.importKey('raw', secret, parameters, false, ['sign', 'verify'])
  }
  return (await importJWK(jwk, algorithm)) as CryptoKey
}

function selectActiveRow(database: Database) {
  return database.kysely
    .selectFrom('signing_keys')
    .selectAll()
    .where('alg', '=', 'EdDSA')
    .where('state', '=', 'active')
    .executeTakeFirst()
}

/** A unique index allows one active key for each algorithm: of two first starts at once, one wins. */
async function insertNewKeyPair({ database, masterKeys, clock }: SigningKeysParts): Promise<void> {
  const pair = await generateKeyPair('EdDSA', { extractable: true })
  const publicJwk = await exportJWK(pair.publicKey)
  const kid = await calculateJwkThumbprint(publicJwk)
  const privateJwk = JSON.stringify(await exportJWK(pair.privateKey))
  const nowMs = clock.now()
  const [wrappingKey] = masterKeys.derive('signing-keys')
  try {
    await database.kysely
      .insertInto('signing_keys')
      .values({
        kid,
        alg: 'EdDSA',
        state: 'active',
        public_jwk: JSON.stringify({ ...publicJwk, kid, alg: 'EdDSA', use: 'sig' }),
        private_encrypted: encryptPrivateKey(privateJwk, kid, wrappingKey),
        created_at_ms: nowMs,
        state_changed_at_ms: nowMs,
      })
      .execute()
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
  }
}

/** AES-256-GCM under a derived key; `kid` is authenticated with it, so rows cannot be swapped. */
function encryptPrivateKey(plaintext: string, kid: string, wrappingKey: DerivedKey): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', wrappingKey.key, nonce).setAAD(Buffer.from(kid))
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()])
  const parts = [nonce, ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64url'))
  return [wrappingKey.id, ...parts].join('.')
}

function decryptPrivateKey(
  row: { kid: string; private_encrypted: string },
  masterKeys: MasterKeys,
): JWK {
  const [keyId, ...parts] = row.private_encrypted.split('.')
  const [nonce, ciphertext, tag] = parts.map((part) => Buffer.from(part, 'base64url'))
  const wrappingKey = masterKeys.derive('signing-keys').find(({ id }) => id === keyId)
  try {
    if (!wrappingKey || !nonce || !ciphertext || !tag) throw new Error('no such master key')
    const decipher = createDecipheriv('aes-256-gcm', wrappingKey.key, nonce)
    decipher.setAAD(Buffer.from(row.kid)).setAuthTag(tag)
    return JSON.parse(`${decipher.update(ciphertext, undefined, 'utf8')}${decipher.final('utf8')}`)
  } catch (error) {
    throw new StartError(
      'The master key does not open the signing key in the database. Put back the MASTER_KEY (or the master.key file) that this database was made with.',
      { cause: error },
    )
  }
}
