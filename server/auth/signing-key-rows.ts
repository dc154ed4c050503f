// A signing key as the database keeps it: made here, sealed under the master key, opened again.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import type { SigningAlgorithm } from '../config.ts'
import { StartError } from '../contract/start-error.ts'
import type { SigningKeyRow } from '../db/tables.ts'
import type { DerivedKey, MasterKeys } from './master-key.ts'

/** What is signed with a key pair of our own store; HS256 signs with SECRET_KEY, which is no row. */
export type StoredAlgorithm = Exclude<SigningAlgorithm, 'HS256'>

interface NewSigningKey {
  algorithm: StoredAlgorithm
  state: SigningKeyRow['state']
  masterKeys: MasterKeys
  nowMs: number
}

/** The kid is the key's RFC 7638 thumbprint: nobody has to agree on names. */
export async function makeSigningKeyRow(wanted: NewSigningKey): Promise<SigningKeyRow> {
  const { algorithm, state, masterKeys, nowMs } = wanted
  const pair = await generateKeyPair(algorithm, { extractable: true, modulusLength: 2048 })
  const privateJwk = await exportJWK(pair.privateKey)
  const kid = await calculateJwkThumbprint(privateJwk)
  const [wrappingKey] = masterKeys.derive('signing-keys')
  return {
    kid,
    alg: algorithm,
    state,
    public_jwk: JSON.stringify(toPublicJwk(privateJwk, kid, algorithm)),
    private_encrypted: seal(JSON.stringify(privateJwk), kid, wrappingKey),
    created_at_ms: nowMs,
    state_changed_at_ms: nowMs,
  }
}

/** The public members by name (RFC 7518 §6), so that a private one is never let through unknown. */
const publicMembers = ['kty', 'crv', 'x', 'y', 'n', 'e'] as const

export function toPublicJwk(jwk: JWK, kid: string, algorithm: StoredAlgorithm): JWK {
  const members = publicMembers.flatMap((name) => (name in jwk ? [[name, jwk[name]]] : []))
  return { ...Object.fromEntries(members), kid, alg: algorithm, use: 'sig' }
}

type SealedKey = Pick<SigningKeyRow, 'kid' | 'private_encrypted'>

/** @throws StartError where no master key of ours opens it */
export function openPrivateKey(row: SealedKey, masterKeys: MasterKeys): JWK {
  return JSON.parse(unseal(row, masterKeys))
}

/**
 * The same key under the newest master key, so that signing keys need no older one.
 * @returns undefined where it is under that already
 * @throws StartError where no master key of ours opens it
 */
export function resealPrivateKey(row: SealedKey, masterKeys: MasterKeys): string | undefined {
  const [newest] = masterKeys.derive('signing-keys')
  if (row.private_encrypted.startsWith(`${newest.id}.`)) return undefined
  return seal(unseal(row, masterKeys), row.kid, newest)
}

/** AES-256-GCM under a derived key; `kid` is authenticated with it, so rows cannot be swapped. */
function seal(plaintext: string, kid: string, wrappingKey: DerivedKey): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', wrappingKey.key, nonce).setAAD(Buffer.from(kid))
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()])
  const parts = [nonce, ciphertext, cipher.getAuthTag()].map((part) => part.toString('base64url'))
  return [wrappingKey.id, ...parts].join('.')
}

function unseal(row: SealedKey, masterKeys: MasterKeys): string {
  const [keyId, ...parts] = row.private_encrypted.split('.')
  const [nonce, ciphertext, tag] = parts.map((part) => Buffer.from(part, 'base64url'))
  const wrappingKey = masterKeys.derive('signing-keys').find(({ id }) => id === keyId)
  try {
    if (!wrappingKey || !nonce || !ciphertext || !tag) throw new Error('no such master key')
    const decipher = createDecipheriv('aes-256-gcm', wrappingKey.key, nonce, { authTagLength: 16 })
    decipher.setAAD(Buffer.from(row.kid)).setAuthTag(tag)
    return `${decipher.update(ciphertext, undefined, 'utf8')}${decipher.final('utf8')}`
  } catch (error) {
    throw new StartError(
      'The master key does not open the signing key in the database. Put back the MASTER_KEY (or the master.key file) that this database was made with.',
      { cause: error },
    )
  }
}
