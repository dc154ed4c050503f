// The outbox: mail is written with what it tells of, in one commit, and sent by any node.

import { type Compilable, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { ChangeFeed } from '../../db/changes/change-feed.ts'
import { dayMs } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { makeRandomId } from '../../db/random-id.ts'
import { purgeInBatches } from '../../db/writes/batches.ts'
import { onCommitted } from '../../db/writes/committed-write.ts'
import type { MasterKeys } from '../secrets/master-key.ts'
import { seal, unseal } from '../secrets/sealed-text.ts'
import type { OutboxMessage } from './messages.ts'

export interface WriteOptions {
  /** Whom it is about; null where nothing was looked up yet. */
  userId: string | null
  /** Not sent after so long, in milliseconds; a day by default. */
  lifetimeMs?: number
  /** Not taken out earlier, in milliseconds from now; 0 by default. */
  delayMs?: number
  /** Written only where it holds when the statement runs; always by default. */
  onlyIf?: RawBuilder<SqlBool>
}

/** A mail that this process alone may settle, until its lease ends. */
export interface ClaimedMail {
  id: string
  kind: string
  claim: string
  /** With this one. */
  attempts: number
  /** undefined where no master key opens it. */
  message: OutboxMessage | undefined
  isExpired: boolean
  /** Of the attempt before. */
  lastFailure: string | null
}

export interface FailedMail {
  id: string
  kind: string
  userId: string | null
  failedAtMs: number
  attempts: number
  failure: string
}

export interface Outbox {
  /** A write for `runAtomically`, beside what it tells of. */
  write(message: OutboxMessage, options: WriteOptions): Compilable
  /** Those that are due, the longest waiting first. No other process gets them for three minutes. */
  claim(limit: number): Promise<ClaimedMail[]>
  /** It is sent: nothing of it stays. */
  markSent(mail: ClaimedMail): Promise<void>
  /** The same as a write for the batch of what becomes of it: `required`, where it is still ours. */
  remove(mail: ClaimedMail): Compilable
  /** Later again, by how often it was tried. */
  postpone(mail: ClaimedMail, failure: string): Promise<void>
  /** It is not tried again; its text is deleted, and why it failed stays for a month. */
  fail(mail: ClaimedMail, failure: string): Promise<void>
  count(): Promise<{ waiting: number; failed: number }>
  /** The newest first. */
  listFailed(limit: number): Promise<FailedMail[]>
  /** Called after a commit of this process that has written mail. */
  onWritten(listener: () => void): void
}

/** Longer than any send may take, so that a mail is sent twice only where its process died. */
export const leaseMs = 3 * 60_000
/** After the end of its time. */
const failedKeptMs = 30 * dayMs
/** No mail is due then: a failed one is never found. */
const never = 8_640_000_000_000_000
const firstDelayMs = 15_000
const longestDelayMs = 60 * 60_000

interface OutboxDeps {
  database: Database
  /** The one clock of all nodes. */
  nowMs: () => RawBuilder<number>
  masterKeys: MasterKeys
  feed: Pick<ChangeFeed, 'follow'>
}

export function createOutbox({ database, nowMs, masterKeys, feed }: OutboxDeps): Outbox {
  const { kysely } = database
  const keys = masterKeys.derive('outbox')
  let notify = () => {}
  const after = (milliseconds: number) => sql<number>`${nowMs()} + ${sql.lit(milliseconds)}`

  function open(id: string, sealed: string | null): OutboxMessage | undefined {
    try {
      return JSON.parse(unseal(sealed ?? '', `outbox ${id}`, keys))
    } catch {
      return undefined
    }
  }

  const remove = ({ id, claim }: ClaimedMail) =>
    kysely.deleteFrom('outbox').where('id', '=', id).where('claim', '=', claim)

  const ofClaim = ({ id, claim }: ClaimedMail) =>
    kysely.updateTable('outbox').where('id', '=', id).where('claim', '=', claim)

  feed.follow({
    async purge(onProgress) {
      const old = kysely
        .selectFrom('outbox')
        .select('id')
        .where('expires_at_ms', '<', after(-failedKeptMs))
      const outbox = await purgeInBatches(
        (size) =>
          kysely.deleteFrom('outbox').where('id', 'in', old.limit(size)).executeTakeFirstOrThrow(),
        onProgress,
      )
      return { outbox }
    },
  })

  return {
    write(message, { userId, lifetimeMs = dayMs, delayMs = 0, onlyIf = sql<SqlBool>`1 = 1` }) {
      const id = makeRandomId()
      const sealed = seal(JSON.stringify(message), `outbox ${id}`, keys[0])
      const text = (value: string | null) => sql<string>`cast(${value} as text)`
      const insert = kysely
        .insertInto('outbox')
        .columns(['id', 'kind', 'user_id', 'sealed', 'created_at_ms', 'due_at_ms', 'expires_at_ms'])
        .expression(
          kysely
            .selectNoFrom([
              text(id).as('id'),
              text(message.kind).as('kind'),
              text(userId).as('user_id'),
              text(sealed).as('sealed'),
              nowMs().as('created_at_ms'),
              after(delayMs).as('due_at_ms'),
              after(lifetimeMs).as('expires_at_ms'),
            ])
            .where(onlyIf),
        )
        .returning('id')
      return onCommitted(insert, (rows) => {
        if (rows.length > 0) setTimeout(notify, delayMs).unref()
      })
    },

    async claim(limit) {
      const claim = makeRandomId()
      const due = kysely
        .selectFrom('outbox')
        .select('id')
        .where('due_at_ms', '<=', nowMs())
        .orderBy('due_at_ms')
        .limit(limit)
      const rows = await kysely
        .updateTable('outbox')
        .set((eb) => ({
          claim,
          attempts: eb('attempts', '+', 1),
          due_at_ms: after(leaseMs),
        }))
        .where('id', 'in', due)
        // Of two nodes that have found the same one, the second finds it no longer due.
        .where('due_at_ms', '<=', nowMs())
        .returning(['id', 'kind', 'attempts', 'sealed', 'failure'])
        .returning(sql<number>`${nowMs()} - expires_at_ms`.as('overdue_ms'))
        .execute()
      return rows.map(({ id, kind, attempts, sealed, failure, overdue_ms }) => ({
        ...{ id, kind, claim, attempts },
        message: open(id, sealed),
        isExpired: Number(overdue_ms) >= 0,
        lastFailure: failure,
      }))
    },

    async markSent(mail) {
      await remove(mail).execute()
    },

    remove,

    async postpone(mail, failure) {
      const delayMs = Math.min(firstDelayMs * 2 ** (mail.attempts - 1), longestDelayMs)
      await ofClaim(mail)
        .set({ claim: null, due_at_ms: after(delayMs), failure })
        .execute()
    },

    async fail(mail, failure) {
      await ofClaim(mail)
        .set({ claim: null, sealed: null, due_at_ms: never, failed_at_ms: nowMs(), failure })
        .execute()
    },

    async count() {
      const { waiting, failed } = await kysely
        .selectFrom('outbox')
        .select(({ fn }) => [
          sql<number>`count(*) - count(failed_at_ms)`.as('waiting'),
          fn.count('failed_at_ms').as('failed'),
        ])
        .executeTakeFirstOrThrow()
      return { waiting: Number(waiting), failed: Number(failed) }
    },

    async listFailed(limit) {
      const rows = await kysely
        .selectFrom('outbox')
        .select(['id', 'kind', 'user_id', 'failed_at_ms', 'attempts', 'failure'])
        .where('failed_at_ms', 'is not', null)
        .orderBy('failed_at_ms', 'desc')
        .limit(limit)
        .execute()
      return rows.map((row) => ({
        id: row.id,
        kind: row.kind,
        userId: row.user_id,
        failedAtMs: row.failed_at_ms ?? 0,
        attempts: row.attempts,
        failure: row.failure ?? '',
      }))
    },

    onWritten(listener) {
      notify = listener
    },
  }
}
