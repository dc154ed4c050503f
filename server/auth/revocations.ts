// What has been revoked lately, in memory: a protected call asks nobody, and out still means out.

import type { Compilable } from 'kysely'
import type { Clock } from '../db/clock.ts'
import type { Database } from '../db/database.ts'
import { makeRandomId } from '../db/random-id.ts'
import type { ChangeFeed } from './change-feed.ts'

/** A session, a client's registration or one token that ended; a user whose tokens below `epoch` did. */
export type Revocation =
  | { kind: 'session' | 'client' | 'token'; subject: string }
  | { kind: 'user'; subject: string; epoch: number }

/** The part of a token that can be revoked. */
type RevocableToken =
  | { sessionId: string; userId: string; epoch: number }
  | { registrationId: string; tokenId: string }

export interface Revocations {
  /** True where the token was taken back after it was issued (R58, R59). */
  isRevoked(token: RevocableToken): boolean
  /**
   * Commits `writes` together with the revocations they cause, then remembers these here.
   * Who awaits it may answer: the tokens are dead on this node, and within a poll on every other.
   */
  revoke(revocations: readonly Revocation[], writes?: readonly Compilable[]): Promise<void>
  /** Reads what other processes have revoked. Called by the feed; exposed for tests. */
  refresh(): Promise<void>
}

interface RevocationsParts {
  database: Database
  clock: Clock
  /** Longer than this after a revocation no token can be alive that it concerns. */
  accessTokenLifetimeSeconds: number
  feed: ChangeFeed
}

/** Read again at every poll: rows of slower transactions and of nodes whose clock is behind. */
const overlapMs = 10_000

export async function createRevocations(parts: RevocationsParts): Promise<Revocations> {
  const { database, clock, feed } = parts
  const keepMs = parts.accessTokenLifetimeSeconds * 1000 + overlapMs
  /** Both maps tell when the entry was made, so that it can be forgotten. */
  const ended = new Map<string, { createdAtMs: number }>()
  const users = new Map<string, { createdAtMs: number; epoch: number }>()
  let readUpToMs = clock.now() - keepMs

  function remember(revocation: Revocation, createdAtMs: number): void {
    if (revocation.kind !== 'user') {
      ended.set(revocation.subject, { createdAtMs })
      return
    }
    const known = users.get(revocation.subject)
    const epoch = Math.max(revocation.epoch, known?.epoch ?? 0)
    users.set(revocation.subject, { createdAtMs, epoch })
  }

  async function refresh(): Promise<void> {
    const rows = await database.kysely
      .selectFrom('revocations')
      .selectAll()
      .where('created_at_ms', '>=', readUpToMs - overlapMs)
      .execute()
    for (const row of rows) {
      const { kind, subject, epoch } = row
      remember(
        kind === 'user' ? { kind, subject, epoch: epoch ?? 0 } : { kind, subject },
        row.created_at_ms,
      )
      // A process whose clock is ahead must not make us pass over rows of our own time.
      readUpToMs = Math.max(readUpToMs, Math.min(row.created_at_ms, clock.now()))
    }
  }

  async function purge(): Promise<void> {
    const oldestMs = clock.now() - keepMs
    for (const map of [ended, users]) {
      for (const [subject, entry] of map) if (entry.createdAtMs < oldestMs) map.delete(subject)
    }
    await database.kysely.deleteFrom('revocations').where('created_at_ms', '<', oldestMs).execute()
  }

  feed.follow({ refresh, purge })
  await refresh()

  return {
    isRevoked(token) {
      if ('registrationId' in token) {
        return ended.has(token.registrationId) || ended.has(token.tokenId)
      }
      return ended.has(token.sessionId) || token.epoch < (users.get(token.userId)?.epoch ?? 0)
    },
    async revoke(revocations, writes = []) {
      const createdAtMs = clock.now()
      const rows = revocations.map((revocation) => ({
        id: makeRandomId(),
        kind: revocation.kind,
        subject: revocation.subject,
        epoch: revocation.kind === 'user' ? revocation.epoch : null,
        created_at_ms: createdAtMs,
      }))
      const inserts =
        rows.length === 0 ? [] : [database.kysely.insertInto('revocations').values(rows)]
      await database.runAtomically([...writes, ...inserts])
      for (const revocation of revocations) remember(revocation, createdAtMs)
    },
    refresh,
  }
}
