// Recent revocations, in memory: a protected call asks no database, and an ended token is still refused.

import { type Compilable, type Kysely, type RawBuilder, type SelectQueryBuilder, sql } from 'kysely'
import type { ChangeFeed } from '../../db/changes/change-feed.ts'
import type { PurgedRows } from '../../db/changes/followers.ts'
import { shareNext } from '../../db/changes/share-next.ts'
import { type Clock, clockToleranceMs, toSeconds } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { makeRandomId } from '../../db/random-id.ts'
import type { RevocationRow } from '../../db/revocation-reader.ts'
import type { Tables } from '../../db/tables.ts'
import { purgeInBatches } from '../../db/writes/batches.ts'
import { createExpiringIds } from './expiring-ids.ts'

export type Revocation =
  /** A session, a client's registration or one token: it has ended. */
  | { kind: 'session' | 'client' | 'token'; subject: string }
  /** All sessions that the query finds once the writes beside it are done. */
  | { kind: 'sessions'; of: SelectQueryBuilder<Tables, 'sessions', object> }
  /**
   * The user's tokens below `tokenVersion`; where none is named, below the one that the writes
   * beside it leave the user with. It is one row, however many sessions they belong to.
   */
  | { kind: 'user'; subject: string; tokenVersion?: number }
  /** Every token there is: of people, and of machines. */
  | { kind: 'everybody' }

/** The part of a token that can be revoked; `issuedAt` in epoch seconds. */
type RevocableToken = { issuedAt: number } & (
  | { sessionId: string; userId: string; tokenVersion: number; registrationId?: string | null }
  | { registrationId: string; tokenId: string }
)

export interface Revocations {
  /** True where the token was revoked after it was issued (R58, R59). */
  isRevoked(token: RevocableToken): boolean
  /** In epoch seconds: no token that was issued earlier is accepted, from anyone. */
  believedFrom(): number
  /**
   * The one way in which anything is revoked. Commits `writes`, and after them what they revoke;
   * wakes the other processes; and records it here. A caller that awaits it may answer: the tokens
   * are refused on this node, and within a poll on every other.
   * @returns the number of rows that each of `writes` changed
   */
  revoke(revoked: readonly Revocation[], writes?: readonly Compilable[]): Promise<bigint[]>
  /** Reads what other processes have revoked. Called by the feed. */
  refresh(): Promise<void>
}

interface RevocationsDeps {
  database: Database
  clock: Clock
  /** One clock for all nodes: the database's, or a test's. */
  nowMs: () => RawBuilder<number>
  accessTokenLifetimeSeconds: number
  feed: ChangeFeed
  /** In milliseconds; `performance.now` by default. Replaced by tests. */
  monotonicNow?: () => number
}

/**
 * How much longer than a token lives its revocation is kept: twice `clockToleranceMs`, for a token
 * that one clock issued and another checks, and nine minutes for a commit that is held.
 */
export const revocationMarginMs = 2 * clockToleranceMs + 9 * 60_000

/**
 * In seconds. A revocation for everyone ends the tokens issued in its own second, which may be from
 * before it, and in the one after: so far a process may be ahead of the database's clock.
 */
const everybodyMarginSeconds = 2
const toleranceSeconds = clockToleranceMs / 1000

export async function createRevocations(deps: RevocationsDeps): Promise<Revocations> {
  const { database, clock, nowMs, feed, monotonicNow = () => performance.now() } = deps
  const { kysely } = database
  const keepMs = deps.accessTokenLifetimeSeconds * 1000 + revocationMarginMs
  const reader = database.createRevocationReader()
  // By the monotonic clock: one that is set wrong for a minute must not make us forget.
  const ended = createExpiringIds()
  const tokenVersions = createExpiringIds()
  /** In epoch seconds. */
  let everybodyUpTo = 0

  function remember({ kind, subject, token_version, created_at_ms }: RememberedRow): void {
    const forgetAt = Math.ceil((monotonicNow() + keepMs) / 1000)
    if (kind === 'everybody') {
      everybodyUpTo = Math.max(everybodyUpTo, toSeconds(created_at_ms))
    } else if (kind === 'user') {
      tokenVersions.set(
        subject,
        Math.max(token_version ?? 0, tokenVersions.get(subject) ?? 0),
        forgetAt,
      )
    } else {
      ended.set(subject, 0, forgetAt)
    }
  }

  const refresh = shareNext(() => reader.read((rows) => rows.forEach(remember)))

  /** A wrong clock may have dated it in the future, where it would end every token until then. */
  function believedFrom(): number {
    const nowSeconds = toSeconds(clock.now())
    if (everybodyUpTo > nowSeconds + toleranceSeconds) everybodyUpTo = nowSeconds
    return everybodyUpTo + everybodyMarginSeconds
  }

  /** An instant in the future counts as now: it was dated by a wrong clock. */
  async function dateByNow(): Promise<void> {
    await kysely
      .updateTable('revocations')
      .set({ created_at_ms: nowMs() })
      .where('created_at_ms', '>', sql<number>`${nowMs()} + ${sql.lit(clockToleranceMs)}`)
      .execute()
  }

  async function purge(): Promise<PurgedRows> {
    const forgottenUpTo = Math.floor(monotonicNow() / 1000)
    for (const ids of [ended, tokenVersions]) ids.forget(forgottenUpTo)
    const oldest = kysely
      .selectFrom('revocations')
      .select('id')
      .where('created_at_ms', '<', sql<number>`${nowMs()} - ${sql.lit(keepMs)}`)
      .orderBy('created_at_ms')
    const revocations = await purgeInBatches((size) =>
      kysely
        .deleteFrom('revocations')
        .where('id', 'in', oldest.limit(size))
        .executeTakeFirstOrThrow(),
    )
    return { revocations }
  }

  await dateByNow()
  await refresh()
  feed.follow({ refresh, purge, clockPutBack: dateByNow })

  return {
    believedFrom,
    isRevoked(token) {
      if (token.issuedAt < everybodyUpTo + everybodyMarginSeconds) return true
      const { registrationId } = token
      if (registrationId && ended.has(registrationId)) return true
      if (!('sessionId' in token)) return ended.has(token.tokenId)
      return (
        ended.has(token.sessionId) || token.tokenVersion < (tokenVersions.get(token.userId) ?? 0)
      )
    },
    async revoke(revoked, writes = []) {
      const inserts = revoked.map((revocation) => toInsert(kysely, revocation, nowMs()))
      const counts = await database.runAtomically([...writes, ...inserts], { isAnnounced: true })
      const rows = revoked.flatMap(toKnownRow)
      // At once, whatever happens to the connection; ids that only the database knows are read.
      rows.forEach(remember)
      if (rows.length < revoked.length) await refresh()
      return counts.slice(0, writes.length)
    },
    refresh,
  }
}

type RememberedRow = Pick<RevocationRow, 'kind' | 'subject' | 'token_version' | 'created_at_ms'>

/** What this process knows without reading it; its time counts only where it is for everyone. */
function toKnownRow(revocation: Revocation): RememberedRow[] {
  const { kind } = revocation
  if (kind === 'everybody' || kind === 'sessions') return []
  const { subject } = revocation
  if (kind !== 'user') return [{ kind, subject, token_version: null, created_at_ms: 0 }]
  const { tokenVersion } = revocation
  return tokenVersion === undefined
    ? []
    : [{ kind, subject, token_version: tokenVersion, created_at_ms: 0 }]
}

function toInsert(
  kysely: Kysely<Tables>,
  revocation: Revocation,
  nowMs: RawBuilder<number>,
): Compilable {
  const insert = kysely.insertInto('revocations')
  if (revocation.kind === 'sessions') {
    return (
      insert
        .columns(['id', 'kind', 'subject', 'created_at_ms'])
        .expression(
          revocation.of.select(({ ref }) => [
            'id',
            sql.lit('session').as('kind'),
            ref('id').as('subject'),
            nowMs.as('created_at_ms'),
          ]),
        )
        // A session ends once, so its id is free here, or it is revoked already.
        .onConflict((conflict) => conflict.doNothing())
    )
  }
  const id = makeRandomId()
  if (revocation.kind === 'everybody') {
    return insert.values({
      id,
      kind: 'everybody',
      subject: '',
      token_version: null,
      created_at_ms: nowMs,
    })
  }
  const { kind, subject } = revocation
  if (kind !== 'user' || revocation.tokenVersion !== undefined) {
    const tokenVersion = kind === 'user' ? (revocation.tokenVersion ?? null) : null
    return insert.values({ id, kind, subject, token_version: tokenVersion, created_at_ms: nowMs })
  }
  return insert
    .columns(['id', 'kind', 'subject', 'token_version', 'created_at_ms'])
    .expression((query) =>
      query
        .selectFrom('users')
        .select([
          sql.lit(id).as('id'),
          sql.lit(kind).as('kind'),
          'users.id as subject',
          'token_version',
          nowMs.as('created_at_ms'),
        ])
        .where('users.id', '=', subject),
    )
}
