// What has been revoked lately, in memory: a protected call asks nobody, and out still means out.

import { type Compilable, type Selectable, sql } from 'kysely'
import { type Clock, systemClock, toSeconds } from '../db/clock.ts'
import type { Database } from '../db/database.ts'
import { makeRandomId } from '../db/random-id.ts'
import type { RevocationsTable } from '../db/tables.ts'
import type { ChangeFeed, PurgedRows } from './change-feed.ts'

/**
 * A session, a client's registration or one token that ended; a user whose tokens below `epoch` did;
 * or a new epoch for everybody: no token from before it is believed.
 */
export type Revocation =
  | { kind: 'session' | 'client' | 'token'; subject: string }
  | { kind: 'user'; subject: string; epoch: number }
  | { kind: 'everybody' }

/** The part of a token that can be revoked; `issuedAt` in epoch seconds. */
type RevocableToken = { issuedAt: number } & (
  | { sessionId: string; userId: string; epoch: number; registrationId?: string | null }
  | { registrationId: string; tokenId: string }
)

export interface Revocations {
  /** True where the token was taken back after it was issued (R58, R59). */
  isRevoked(token: RevocableToken): boolean
  /** In epoch seconds: no token that was issued earlier is believed, whoever has it. */
  believedFrom(): number
  /**
   * Commits `writes` together with the revocations they cause, then remembers these here.
   * Who awaits it may answer: the tokens are dead on this node, and within a poll on every other.
   */
  revoke(revocations: readonly Revocation[], writes?: readonly Compilable[]): Promise<void>
  /**
   * The write, for a batch that raises the user's epoch before it, that revokes all tokens below. Call
   * `refresh` once that has committed.
   */
  entryOfUser(userId: string): Compilable
  /** Reads what other processes have revoked. Called by the feed, and after `entryOfUser`. */
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
  /** In epoch seconds, as a token says it: one of that second may be from before, and is dead too. */
  let everybodyUpTo = 0
  let readUpToMs = clock.now() - keepMs

  function remember(revocation: Revocation, createdAtMs: number): void {
    if (revocation.kind === 'everybody') {
      everybodyUpTo = Math.max(everybodyUpTo, toSeconds(createdAtMs))
      return
    }
    if (revocation.kind !== 'user') {
      ended.set(revocation.subject, { createdAtMs })
      return
    }
    const known = users.get(revocation.subject)
    const epoch = Math.max(revocation.epoch, known?.epoch ?? 0)
    users.set(revocation.subject, { createdAtMs, epoch })
  }

  const believedFrom = () => everybodyUpTo + 1

  /** An operator's machine may be wrong about the time: all would be out until its hour has come. */
  const sharedNow = () => (clock === systemClock ? database.nowMs : clock.now())

  async function refresh(): Promise<void> {
    const rows = await database.kysely
      .selectFrom('revocations')
      .selectAll()
      .where('created_at_ms', '>=', readUpToMs - overlapMs)
      .execute()
    for (const row of rows) {
      remember(toRevocation(row), row.created_at_ms)
      // A process whose clock is ahead must not make us pass over rows of our own time.
      readUpToMs = Math.max(readUpToMs, Math.min(row.created_at_ms, clock.now()))
    }
  }

  async function purge(): Promise<PurgedRows> {
    const oldestMs = clock.now() - keepMs
    for (const map of [ended, users]) {
      for (const [subject, entry] of map) if (entry.createdAtMs < oldestMs) map.delete(subject)
    }
    const { numDeletedRows } = await database.kysely
      .deleteFrom('revocations')
      .where('created_at_ms', '<', oldestMs)
      .executeTakeFirstOrThrow()
    return { revocations: Number(numDeletedRows) }
  }

  feed.follow({ refresh, purge })
  await refresh()

  return {
    believedFrom,
    isRevoked(token) {
      if (token.issuedAt < believedFrom()) return true
      const { registrationId } = token
      if (registrationId && ended.has(registrationId)) return true
      if (!('sessionId' in token)) return ended.has(token.tokenId)
      return ended.has(token.sessionId) || token.epoch < (users.get(token.userId)?.epoch ?? 0)
    },
    async revoke(revocations, writes = []) {
      const createdAtMs = clock.now()
      const rows = revocations.map((revocation) => ({
        id: makeRandomId(),
        kind: revocation.kind,
        subject: revocation.kind === 'everybody' ? '' : revocation.subject,
        epoch: revocation.kind === 'user' ? revocation.epoch : null,
        created_at_ms: revocation.kind === 'everybody' ? sharedNow() : createdAtMs,
      }))
      const inserts =
        rows.length === 0 ? [] : [database.kysely.insertInto('revocations').values(rows)]
      const announcement = database.announcement()
      await database.runAtomically([...writes, ...inserts, ...(announcement ? [announcement] : [])])
      for (const revocation of revocations) {
        if (revocation.kind === 'everybody') await refresh()
        else remember(revocation, createdAtMs)
      }
    },
    entryOfUser(userId) {
      return database.kysely
        .insertInto('revocations')
        .columns(['id', 'kind', 'subject', 'epoch', 'created_at_ms'])
        .expression((query) =>
          query
            .selectFrom('users')
            .select([
              sql.lit(makeRandomId()).as('id'),
              sql.lit('user').as('kind'),
              'users.id as subject',
              'epoch',
              sql.lit(clock.now()).as('created_at_ms'),
            ])
            .where('users.id', '=', userId),
        )
    },
    refresh,
  }
}

function toRevocation({ kind, subject, epoch }: Selectable<RevocationsTable>): Revocation {
  if (kind === 'everybody') return { kind }
  return kind === 'user' ? { kind, subject, epoch: epoch ?? 0 } : { kind, subject }
}
