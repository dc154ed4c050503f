// Challenges of passkeys: sealed, so that nothing is stored until one is used; good for one use.

import { randomBytes } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { PurgedRows } from '../../db/changes/followers.ts'
import { type Clock, clockToleranceMs } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { type OnProgress, purgeInBatches } from '../../db/writes/batches.ts'
import { createKeyedMac } from '../secrets/keyed-mac.ts'
import type { MasterKeys } from '../secrets/master-key.ts'

/** What it may be used for: to sign in with any passkey, or by one user. */
export type ChallengePurpose = 'sign-in' | `add ${string}` | `prove ${string}`

export interface Challenges {
  /** Base64url, as in the options that a browser gets. */
  make(purpose: ChallengePurpose): string
  /** Whether it is ours, for that purpose, and not expired. */
  isValid(challenge: string, purpose: ChallengePurpose): boolean
  /**
   * Called last, once all else is right: so no stranger writes a row.
   * @returns false where it was used before, on whichever node
   */
  use(challenge: string): Promise<boolean>
  purge(onProgress?: OnProgress): Promise<PurgedRows>
}

/** In milliseconds: how long an open sign-in page can be used before it asks for another. */
export const challengeLifetimeMs = 5 * 60_000

const latestMs = challengeLifetimeMs + clockToleranceMs

interface ChallengesDeps {
  database: Database
  clock: Clock
  nowMs: () => RawBuilder<number>
  masterKeys: MasterKeys
}

export function createChallenges(deps: ChallengesDeps): Challenges {
  const { database, clock, nowMs, masterKeys } = deps
  const { kysely } = database
  const mac = createKeyedMac(masterKeys, 'passkey-challenge')

  return {
    make(purpose) {
      const id = randomBytes(16).toString('base64url')
      const expiresAtMs = clock.now() + challengeLifetimeMs
      const code = mac.sign(`${purpose} ${id} ${expiresAtMs}`)
      return Buffer.from(`${id}.${expiresAtMs}.${code}`).toString('base64url')
    },

    isValid(challenge, purpose) {
      const sealed = readChallenge(challenge)
      if (!sealed) return false
      const { id, expiresAtMs, code } = sealed
      return mac.isOurs(`${purpose} ${id} ${expiresAtMs}`, code) && expiresAtMs > clock.now()
    },

    async use(challenge) {
      const sealed = readChallenge(challenge)
      if (!sealed) return false
      const row = await kysely
        .insertInto('used_challenges')
        .values({ id: sealed.id, expires_at_ms: sealed.expiresAtMs })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('id')
        .executeTakeFirst()
      return row !== undefined
    },

    async purge(onProgress) {
      const expired = kysely
        .selectFrom('used_challenges')
        .select('id')
        .where(({ or, eb }) =>
          or([
            eb('expires_at_ms', '<', nowMs()),
            // Made while the clock was ahead.
            eb('expires_at_ms', '>', sql<number>`${nowMs()} + ${sql.lit(latestMs)}`),
          ]),
        )
      const used_challenges = await purgeInBatches(
        (size) =>
          kysely
            .deleteFrom('used_challenges')
            .where('id', 'in', expired.limit(size))
            .executeTakeFirstOrThrow(),
        onProgress,
      )
      return { used_challenges }
    },
  }
}

/** Of a challenge that may be anything. */
function readChallenge(
  challenge: string,
): { id: string; expiresAtMs: number; code: string } | undefined {
  const text = Buffer.from(challenge, 'base64url').toString()
  const [, id, expiresAtMs, code] = /^([\w-]{22})\.(\d{13,15})\.([\w-]{43})$/.exec(text) ?? []
  if (id === undefined || expiresAtMs === undefined || code === undefined) return undefined
  return { id, expiresAtMs: Number(expiresAtMs), code }
}
