// How one signing key follows another: next, active, retired, gone; and how one is dropped at once.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Compilable } from 'kysely'
import type { SigningAlgorithm } from '../../config.ts'
import { AppError } from '../../contract/app-error.ts'
import { pollIntervalMs } from '../../db/changes/change-feed.ts'
import type { Clock } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { isUniqueViolation } from '../../db/errors.ts'
import type { SigningKeyRow } from '../../db/tables.ts'
import type { MasterKeys } from '../secrets/master-key.ts'
import { makeSigningKeyRow, type StoredAlgorithm } from './signing-key-rows.ts'
import type { SigningKeys } from './signing-keys.ts'

/** Everything about a stored key that may be shown. */
export interface SigningKeyInfo {
  kid: string
  algorithm: string
  state: SigningKeyRow['state']
  createdAtMs: number
  stateChangedAtMs: number
}

export interface KeyRotation {
  /** Newest first. */
  list(): Promise<SigningKeyInfo[]>
  /**
   * Publishes a new key, waits until every process knows it, then lets it sign (R112). Continues
   * with a key that an interrupted rotation has left.
   * @param waitMs 1,000 by default; longer where others cache the published keys
   * @returns the kid that signs now
   * @throws AppError conflict where tokens are signed with SECRET_KEY, or the new key was dropped
   */
  rotate(waitMs?: number): Promise<string>
  /**
   * Ends a key: within a poll no process accepts a token that it signed. Where it was the active
   * one, another takes its place in the same moment.
   * @returns the kid of that other key
   * @throws AppError not_found
   */
  drop(kid: string): Promise<string | undefined>
  /** Ends every stored key, with everything they signed; a new one signs. */
  replaceAll(): Promise<void>
}

interface KeyRotationDeps {
  algorithm: SigningAlgorithm
  database: Database
  masterKeys: MasterKeys
  clock: Clock
  signingKeys: SigningKeys
}

/** Four polls: even a process whose poll failed now and then has heard of the key. */
const nextForMs = 4 * pollIntervalMs
/** Only another rotation at the very same moment makes a second attempt necessary. */
const mostAttempts = 5

export function createKeyRotation(deps: KeyRotationDeps): KeyRotation {
  const { algorithm, database, masterKeys, clock, signingKeys } = deps
  const { kysely } = database

  function makeRow(alg: StoredAlgorithm, state: SigningKeyRow['state']): Promise<SigningKeyRow> {
    return makeSigningKeyRow({ algorithm: alg, state, masterKeys, nowMs: clock.now() })
  }

  /** Every node holds the keys in memory. */
  function write(writes: readonly Compilable[]): Promise<bigint[]> {
    return database.runAtomically(writes, { isAnnounced: true })
  }

  async function publishNextKey(alg: StoredAlgorithm): Promise<string> {
    const left = await kysely
      .selectFrom('signing_keys')
      .select('kid')
      .where('alg', '=', alg)
      .where('state', '=', 'next')
      .executeTakeFirst()
    if (left) return left.kid
    const row = await makeRow(alg, 'next')
    await write([kysely.insertInto('signing_keys').values(row)])
    return row.kid
  }

  /** Retired before the other is active: the unique index is checked at each statement. */
  function activate(kid: string, alg: StoredAlgorithm): Promise<bigint[]> {
    const state_changed_at_ms = clock.now()
    const next = kysely
      .selectFrom('signing_keys')
      .select('kid')
      .where('kid', '=', kid)
      .where('state', '=', 'next')
    const retire = kysely
      .updateTable('signing_keys')
      .set({ state: 'retired', state_changed_at_ms })
      .where('alg', '=', alg)
      .where('state', '=', 'active')
      .where(({ exists }) => exists(next))
    const activateNext = kysely
      .updateTable('signing_keys')
      .set({ state: 'active', state_changed_at_ms })
      .where('kid', '=', kid)
      .where('state', '=', 'next')
    return retryOnConflict(() => write([retire, activateNext]))
  }

  async function remove(kid: string): Promise<string | undefined> {
    const row = await findRow(kid)
    if (!row) throw new AppError('not_found', `There is no key ${kid}.`)
    const removal = kysely.deleteFrom('signing_keys').where('kid', '=', kid)
    if (row.state !== 'active') {
      await write([removal])
      return undefined
    }
    const successor = await makeRow(row.alg as StoredAlgorithm, 'active')
    await write([removal, kysely.insertInto('signing_keys').values(successor)])
    return successor.kid
  }

  function findRow(kid: string): Promise<SigningKeyRow | undefined> {
    return kysely.selectFrom('signing_keys').selectAll().where('kid', '=', kid).executeTakeFirst()
  }

  return {
    async list() {
      const rows = await kysely
        .selectFrom('signing_keys')
        .selectAll()
        .orderBy('created_at_ms', 'desc')
        .orderBy('kid')
        .execute()
      return rows.map((row) => ({
        kid: row.kid,
        algorithm: row.alg,
        state: row.state,
        createdAtMs: row.created_at_ms,
        stateChangedAtMs: row.state_changed_at_ms,
      }))
    },
    async rotate(waitMs = nextForMs) {
      if (algorithm === 'HS256') {
        throw new AppError(
          'conflict',
          'With JWT_ALGORITHM=HS256 tokens are signed with SECRET_KEY: change that setting instead.',
        )
      }
      const kid = await publishNextKey(algorithm)
      await signingKeys.refresh()
      await sleep(waitMs)
      await activate(kid, algorithm)
      await signingKeys.refresh()
      // Another rotation may have activated the same key, and one after it may have retired it.
      if (await findRow(kid)) return kid
      throw new AppError('conflict', 'The new key was dropped before it signed. Nothing changed.')
    },
    async drop(kid) {
      const successor = await retryOnConflict(() => remove(kid))
      await signingKeys.refresh()
      return successor
    },
    async replaceAll() {
      // SECRET_KEY is not a row: what it signed ends by its time of issue alone.
      const successor = algorithm === 'HS256' ? [] : [await makeRow(algorithm, 'active')]
      await retryOnConflict(() =>
        write([
          kysely.deleteFrom('signing_keys'),
          ...successor.map((row) => kysely.insertInto('signing_keys').values(row)),
        ]),
      )
      await signingKeys.refresh()
    },
  }
}

/** Two that change the active key at the same moment meet at the unique index; one tries again. */
async function retryOnConflict<Result>(run: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (attempt === mostAttempts || !isUniqueViolation(error)) throw error
    }
  }
}
