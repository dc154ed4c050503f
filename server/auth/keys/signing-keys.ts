// The keys that sign access tokens and verify them, as this process knows them.

import { createHmac } from 'node:crypto'
import { type CryptoKey, importJWK, type JWK } from 'jose'
import type { Config, SigningAlgorithm } from '../../config.ts'
import { AppError } from '../../contract/app-error.ts'
import type { ChangeFeed } from '../../db/changes/change-feed.ts'
import type { PurgedRows } from '../../db/changes/followers.ts'
import { shareNext } from '../../db/changes/share-next.ts'
import type { Clock } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { isUniqueViolation } from '../../db/errors.ts'
import type { SigningKeyRow } from '../../db/tables.ts'
import type { MasterKeys } from '../secrets/master-key.ts'
import {
  makeSigningKeyRow,
  openPrivateKey,
  resealPrivateKey,
  type StoredAlgorithm,
  toPublicJwk,
} from './signing-key-rows.ts'

/**
 * Imported once: jose checks 18,000 HS256 signatures a second with a CryptoKey, 8,400 with raw
 * bytes.
 */
export interface VerificationKey {
  kid: string
  algorithm: SigningAlgorithm
  key: CryptoKey
}

/**
 * A stored key is next (known, and not signing yet), active (signs), retired (its tokens are still
 * accepted) and then gone. One is active for each algorithm.
 */
export interface SigningKeys {
  /** The key that signs new tokens. */
  readonly active: VerificationKey
  /**
   * By `kid`, from our own set only (RFC 8725 §3.1). For a kid that is not known here the database
   * is asked, at most once a second: another process may have made it a moment ago.
   */
  find(kid: string): Promise<VerificationKey | undefined>
  /** Whether tokens that it signed are accepted now; the database is not asked. */
  knows(kid: string): boolean
  /** Next, active and retired keys, public members only (RFC 7517 §5); a shared secret has none. */
  publicJwks(): JWK[]
  /** Reads what has changed. Called by the feed, and by code that changed a key in this process. */
  refresh(): Promise<void>
}

interface SigningKeysDeps {
  database: Database
  masterKeys: MasterKeys
  clock: Clock
  feed: ChangeFeed
  /** A retired key is kept so long, and a margin. */
  accessTokenLifetimeSeconds: number
  onUnreadableKey: (error: unknown, kid: string) => void
  /**
   * Whether a key that no master key decrypts is deleted at a start, which it would otherwise
   * prevent.
   */
  dropsUnreadable?: boolean
  /** False for the command line: it makes no key and retires none that a server signs with. */
  serving?: boolean
  /** In milliseconds; 1,000 by default. */
  unknownKidCooldownMs?: number
}

/** For clocks that differ, and for a process that heard late that a key was retired. */
const retiredMarginMs = 120_000

interface LoadedKey {
  state: SigningKeyRow['state']
  signing: VerificationKey
  verification: VerificationKey
  publicJwk: JWK
}

export async function loadSigningKeys(
  setting: Config['signing'],
  deps: SigningKeysDeps,
): Promise<SigningKeys> {
  const { database, masterKeys, clock, feed, serving = true, unknownKidCooldownMs = 1_000 } = deps
  const secret = setting.algorithm === 'HS256' ? await importSecret(setting.secretKey) : undefined
  const keepRetiredMs = deps.accessTokenLifetimeSeconds * 1000 + retiredMarginMs
  let keys: ReadonlyMap<string, LoadedKey> = new Map()
  let lastSoughtAtMs = Number.NEGATIVE_INFINITY
  let lastSought: Promise<void> = Promise.resolve()

  async function read(onUnreadableKey = deps.onUnreadableKey): Promise<void> {
    let rows = await selectRows(database)
    const hasActive = rows.some(({ alg, state }) => state === 'active' && alg === setting.algorithm)
    if (serving && setting.algorithm !== 'HS256' && !hasActive) {
      await insertActiveKey(setting.algorithm, deps)
      rows = await selectRows(database)
    }
    const found = new Map<string, LoadedKey>()
    for (const row of rows) {
      try {
        const key = keys.get(row.kid) ?? (await importRow(row, masterKeys))
        found.set(row.kid, { ...key, state: row.state })
      } catch (error) {
        onUnreadableKey(error, row.kid)
      }
    }
    keys = found
  }

  const refresh = shareNext(() => read())

  /** Callers that come while the database is being asked wait for the same answer. */
  function seek(): Promise<void> {
    const nowMs = performance.now()
    if (nowMs - lastSoughtAtMs >= unknownKidCooldownMs) {
      lastSoughtAtMs = nowMs
      // While the database does not answer, an unknown key stays unknown.
      lastSought = refresh().catch(() => {})
    }
    return lastSought
  }

  async function purge(): Promise<PurgedRows> {
    const oldestMs = clock.now() - keepRetiredMs
    const { numDeletedRows } = await database.kysely
      .deleteFrom('signing_keys')
      .where('state', '=', 'retired')
      .where('state_changed_at_ms', '<', oldestMs)
      .executeTakeFirstOrThrow()
    await refresh()
    return { signing_keys: Number(numDeletedRows) }
  }

  if (serving) await resealRows(deps)
  await read((error) => {
    throw error
  })
  if (serving) {
    await retireOtherAlgorithms(setting.algorithm, deps)
    await purge()
  }
  feed.follow({ refresh, purge })

  return {
    get active() {
      const found = [...keys.values()].find(
        ({ state, signing }) => state === 'active' && signing.algorithm === setting.algorithm,
      )
      const active = secret ?? found?.signing
      if (active) return active
      throw new AppError('unavailable', 'No key signs tokens. Try again in a moment')
    },
    async find(kid) {
      if (kid === secret?.kid) return secret
      if (!keys.has(kid) && thumbprintSyntax.test(kid)) await seek()
      return keys.get(kid)?.verification
    },
    knows: (kid) => kid === secret?.kid || keys.has(kid),
    publicJwks: () => [...keys.values()].map(({ publicJwk }) => publicJwk),
    refresh,
  }
}

function selectRows({ kysely }: Database): Promise<SigningKeyRow[]> {
  return kysely.selectFrom('signing_keys').selectAll().orderBy('created_at_ms', 'desc').execute()
}

/** A SHA-256 in base64url: nothing else can be the kid of a stored key. */
const thumbprintSyntax = /^[\w-]{43}$/

async function importRow(row: SigningKeyRow, masterKeys: MasterKeys): Promise<LoadedKey> {
  const { kid, state } = row
  const algorithm = row.alg as StoredAlgorithm
  const privateJwk = openPrivateKey(row, masterKeys)
  // Not the row's own public_jwk: an attacker who can write to the database could put theirs there.
  const publicJwk = toPublicJwk(privateJwk, kid, algorithm)
  const importKey = async (jwk: JWK) => ({
    kid,
    algorithm,
    key: (await importJWK(jwk, algorithm)) as CryptoKey,
  })
  return {
    state,
    signing: await importKey(privateJwk),
    verification: await importKey(publicJwk),
    publicJwk,
  }
}

/** The kid reveals nothing about the secret: it is a keyed hash, not the RFC 7638 thumbprint. */
async function importSecret(secretKey: Uint8Array): Promise<VerificationKey> {
  const kid = createHmac('sha256', secretKey).update('keycard kid').digest('base64url')
  const parameters = { name: 'HMAC', hash: 'SHA-256' }
  const bytes = Uint8Array.from(secretKey)
  const key = await crypto.subtle.importKey('raw', bytes, parameters, false, ['sign', 'verify'])
  return { kid, algorithm: 'HS256', key }
}

/** A unique index allows one active key for each algorithm: of two first starts at once, one wins. */
async function insertActiveKey(
  algorithm: StoredAlgorithm,
  { database, masterKeys, clock }: SigningKeysDeps,
): Promise<void> {
  const nowMs = clock.now()
  const row = await makeSigningKeyRow({ algorithm, state: 'active', masterKeys, nowMs })
  try {
    await database.kysely.insertInto('signing_keys').values(row).execute()
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
  }
}

/** A server that still runs with another JWT_ALGORITHM makes itself a new key. */
async function retireOtherAlgorithms(
  algorithm: SigningAlgorithm,
  { database, clock }: SigningKeysDeps,
): Promise<void> {
  await database.kysely
    .updateTable('signing_keys')
    .set({ state: 'retired', state_changed_at_ms: clock.now() })
    .where('state', '<>', 'retired')
    .where('alg', '<>', algorithm)
    .execute()
}

/** @throws StartError where none of our master keys decrypts one of them */
async function resealRows(deps: SigningKeysDeps): Promise<void> {
  const { database, masterKeys, dropsUnreadable = false } = deps
  for (const row of await selectRows(database)) {
    const { kid, private_encrypted } = row
    if (dropsUnreadable && !opens(row, masterKeys)) {
      await database.kysely
        .deleteFrom('signing_keys')
        .where('kid', '=', kid)
        .where('private_encrypted', '=', private_encrypted)
        .execute()
      continue
    }
    const resealed = resealPrivateKey(row, masterKeys)
    if (resealed === undefined) continue
    await database.kysely
      .updateTable('signing_keys')
      .set({ private_encrypted: resealed })
      .where('kid', '=', kid)
      .where('private_encrypted', '=', private_encrypted)
      .execute()
  }
}

function opens(row: SigningKeyRow, masterKeys: MasterKeys): boolean {
  try {
    openPrivateKey(row, masterKeys)
    return true
  } catch {
    return false
  }
}
