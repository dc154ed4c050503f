// PostgreSQL's order: which transactions a snapshot sees, and which it saw at the last read.

import { type Kysely, type RawBuilder, sql } from 'kysely'
import { type RevocationReader, readPages } from '../revocation-reader.ts'
import type { Tables } from '../tables.ts'

/** `pg_current_snapshot()`: what had ended by then, of one run of one server. */
interface Snapshot {
  /** When the server started: no two have the same. */
  server: string
  /** No transaction from this one on had ended. */
  next: number
  /** Those below that were still in progress. */
  running: readonly number[]
  /** How many connections had been lost before it. */
  lostConnections: number
}

interface ReaderDeps {
  kysely: Kysely<Tables>
  nowMs: RawBuilder<number>
  /** The database's present time. */
  onTime: (databaseNowMs: number, sentAtMs: number) => void
  /**
   * How many connections have been lost so far: a server that crashed may count on from further
   * back.
   */
  countLostConnections: () => number
}

/**
 * A row carries the transaction that wrote it (`pg_current_xact_id()`). It is new where a statement
 * sees it, and its transaction had not ended in the snapshot of the previous read: however long a
 * commit is held, and whatever any clock says. Where nothing is new one statement says so, by the
 * index alone.
 */
export function createPostgresRevocationReader(deps: ReaderDeps): RevocationReader {
  const { kysely, nowMs, onTime, countLostConnections } = deps
  let known: Snapshot | undefined

  /** One statement, so that the rows it counts are those of the snapshot it returns. */
  async function look(since: Snapshot | undefined) {
    const lostConnections = countLostConnections()
    const sentAtMs = performance.now()
    const lowest = kysely
      .selectFrom('revocations')
      .select(({ fn }) => fn.min('change_number').as('lowest'))
    const isNext = sql<boolean>`change_number >= ${since?.next ?? 0}`
    const wasRunning = since?.running.length ? isAmong(since.running) : sql<boolean>`false`
    const row = await kysely
      .selectNoFrom([
        sql<string>`pg_postmaster_start_time()::text`.as('server'),
        sql<string>`pg_current_snapshot()::text`.as('snapshot'),
        nowMs.as('now_ms'),
        sql<number | null>`least((${lowest.where(isNext)}), (${lowest.where(wasRunning)}))`.as(
          'from',
        ),
      ])
      .executeTakeFirstOrThrow()
    onTime(row.now_ms, sentAtMs)
    const snapshot = { server: row.server, ...readSnapshot(row.snapshot), lostConnections }
    return { from: row.from, snapshot }
  }

  /**
   * Rows of a restored dump have numbers of another server's transactions, which this one has not
   * come to: they would be new at every read. On a standby it fails, which is never read for long:
   * it does not report which transactions are in progress.
   */
  async function renumberRestored(): Promise<void> {
    await kysely
      .updateTable('revocations')
      .set({ change_number: sql`default` })
      .where(sql<boolean>`change_number >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint`)
      .execute()
  }

  async function lookAtAll() {
    await renumberRestored()
    return look(undefined)
  }

  return {
    async read(onPage) {
      let since = known
      // Until everything is handed on: a failure begins again.
      known = undefined
      let seen = since ? await look(since) : await lookAtAll()
      if (since && !isOfSameRun(since, seen.snapshot)) {
        since = undefined
        seen = await lookAtAll()
      }
      if (seen.from !== null) {
        const isNew =
          since &&
          sql<boolean>`(change_number >= ${since.next}
          ${since.running.length > 0 ? sql`or ${isAmong(since.running)}` : sql``})`
        await readPages(kysely, { from: seen.from, ...(isNew && { where: isNew }) }, onPage)
      }
      known = seen.snapshot
    },
  }
}

function isAmong(transactions: readonly number[]): RawBuilder<boolean> {
  return sql<boolean>`change_number in (${sql.join(transactions)})`
}

/** `xmin:xmax:xip,xip…` */
function readSnapshot(text: string): Pick<Snapshot, 'next' | 'running'> {
  const [, next, running = ''] = text.split(':')
  return { next: Number(next), running: running === '' ? [] : running.split(',').map(Number) }
}

/** A standby that was promoted, or a server after a crash, may assign the same numbers again. */
function isOfSameRun(before: Snapshot, now: Snapshot): boolean {
  return (
    now.server === before.server &&
    now.next >= before.next &&
    now.lostConnections === before.lostConnections
  )
}
