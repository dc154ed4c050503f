// A signing key as the database stores it: made here, sealed under the master key, opened again.

import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose'
import type { SigningAlgorithm } from '../../config.ts'
import type { SigningKeyRow } from '../../db/tables.ts'
import { StartError } from '../../settings/start-error.ts'
import type { MasterKeys } from '../secrets/master-key.ts'
import { seal, sealedWith, unseal } from '../secrets/sealed-text.ts'

/** Algorithms with a key pair that we store; HS256 signs with SECRET_KEY, which is not a row. */
export type StoredAlgorithm = Exclude<SigningAlgorithm, 'HS256'>

interface NewSigningKey {
  algorithm: StoredAlgorithm
  state: SigningKeyRow['state']
  masterKeys: MasterKeys
  nowMs: number
}

/** The kid is the key's RFC 7638 thumbprint: no names have to be agreed on. */
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

/** The public members by name (RFC 7518 §6), so that an unknown private one is never published. */
const publicMembers = ['kty', 'crv', 'x', 'y', 'n', 'e'] as const

export function toPublicJwk(jwk: JWK, kid: string, algorithm: StoredAlgorithm): JWK {
  const members = publicMembers.flatMap((name) => (name in jwk ? [[name, jwk[name]]] : []))
  return { ...Object.fromEntries(members), kid, alg: algorithm, use: 'sig' }
}

type SealedKey = Pick<SigningKeyRow, 'kid' | 'private_encrypted'>

/** @throws StartError where none of our master keys decrypts it */
export function openPrivateKey(row: SealedKey, masterKeys: MasterKeys): JWK {
  return JSON.parse(openRow(row, masterKeys))
}

/**
 * The same key under the newest master key, so that signing keys need no older one.
 * @returns undefined where it is under that already
 * @throws StartError where none of our master keys decrypts it
 */
export function resealPrivateKey(row: SealedKey, masterKeys: MasterKeys): string | undefined {
  const [newest] = masterKeys.derive('signing-keys')
  if (sealedWith(row.private_encrypted) === newest.id) return undefined
  return seal(openRow(row, masterKeys), row.kid, newest)
}

/** Bound to its `kid`, so that rows cannot be swapped. */
function openRow({ kid, private_encrypted }: SealedKey, masterKeys: MasterKeys): string {
  try {
    return unseal(private_encrypted, kid, masterKeys.derive('signing-keys'))
  } catch (error) {
    throw new StartError(
      'The master key does not open the signing key in the database. Put back the MASTER_KEY (or the master.key file) that this database was made with.',
      { cause: error },
    )
  }
}
