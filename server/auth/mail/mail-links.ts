// Links in mails: 256 random bits, of which the database keeps a keyed hash. Each opens one thing, once.

import { randomBytes } from 'node:crypto'
import { type Compilable, type RawBuilder, type SqlBool, sql } from 'kysely'
import type { ChangeFeed } from '../../db/changes/change-feed.ts'
import { dayMs } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { purgeInBatches } from '../../db/writes/batches.ts'
import { createKeyedMac } from '../secrets/keyed-mac.ts'
import type { MasterKeys } from '../secrets/master-key.ts'

/** `reset` chooses a new password; `secure` ends all sessions ("It wasn’t me"). */
export type LinkPurpose = 'reset' | 'secure'

/** In milliseconds. */
export const linkLifetimesMs: Readonly<Record<LinkPurpose, number>> = {
  reset: 30 * 60_000,
  secure: 7 * dayMs,
}

/** In an hour, for one account: a stranger who asks again must not flood its mailbox. */
const resetsPerHour = 3
const hourMs = 60 * 60_000

export interface NewLink {
  token: string
  /** Its row. A fourth reset within an hour is not written. */
  write: Compilable
  /** Whether the row is there: a condition for the mail that carries it. */
  exists: RawBuilder<SqlBool>
}

export interface MailLink {
  purpose: LinkPurpose
  userId: string
}

export interface MailLinks {
  make(purpose: LinkPurpose, userId: string, onlyIf?: RawBuilder<SqlBool>): NewLink
  /** undefined where it was used, has expired, or never was. Looking changes nothing. */
  find(token: string): Promise<MailLink | undefined>
  /** The write that uses it, to be `required`: it deletes the row, so only one use succeeds. */
  use(token: string): Compilable
  endAll(userId: string, purpose: LinkPurpose): Compilable
}

interface MailLinksDeps {
  database: Database
  /** The one clock of all nodes. */
  nowMs: () => RawBuilder<number>
  masterKeys: MasterKeys
  feed: Pick<ChangeFeed, 'follow'>
}

const tokenSyntax = /^[A-Za-z0-9_-]{43}$/

export function createMailLinks({ database, nowMs, masterKeys, feed }: MailLinksDeps): MailLinks {
  const { kysely } = database
  const mac = createKeyedMac(masterKeys, 'mail-link')
  const after = (milliseconds: number) => sql<number>`${nowMs()} + ${sql.lit(milliseconds)}`
  const text = (value: string) => sql<string>`cast(${value} as text)`

  feed.follow({
    async purge(onProgress) {
      // An hour after its end at most: until then it counts as one of three.
      const old = kysely
        .selectFrom('mail_links')
        .select('hash')
        .where('expires_at_ms', '<', after(-hourMs))
      const mail_links = await purgeInBatches(
        (size) =>
          kysely
            .deleteFrom('mail_links')
            .where('hash', 'in', old.limit(size))
            .executeTakeFirstOrThrow(),
        onProgress,
      )
      return { mail_links }
    },
  })

  const hasRoom = (userId: string) => sql<SqlBool>`(select count(*) from mail_links
    where user_id = ${userId} and purpose = 'reset' and created_at_ms > ${after(-hourMs)}
  ) < ${sql.lit(resetsPerHour)}`

  return {
    make(purpose, userId, onlyIf = sql<SqlBool>`1 = 1`) {
      const token = randomBytes(32).toString('base64url')
      const hash = mac.sign(token)
      const write = kysely
        .insertInto('mail_links')
        .columns(['hash', 'purpose', 'user_id', 'created_at_ms', 'expires_at_ms'])
        .expression(
          kysely
            .selectNoFrom([
              text(hash).as('hash'),
              text(purpose).$castTo<LinkPurpose>().as('purpose'),
              text(userId).as('user_id'),
              nowMs().as('created_at_ms'),
              after(linkLifetimesMs[purpose]).as('expires_at_ms'),
            ])
            .where(onlyIf)
            .where(purpose === 'reset' ? hasRoom(userId) : sql<SqlBool>`1 = 1`),
        )
      return {
        token,
        write,
        exists: sql<SqlBool>`exists (select 1 from mail_links where hash = ${hash})`,
      }
    },

    async find(token) {
      if (!tokenSyntax.test(token)) return undefined
      const row = await kysely
        .selectFrom('mail_links')
        .select(['purpose', 'user_id'])
        .where('hash', 'in', mac.signAll(token))
        .where('expires_at_ms', '>', nowMs())
        .executeTakeFirst()
      return row && { purpose: row.purpose, userId: row.user_id }
    },

    use: (token) =>
      kysely
        .deleteFrom('mail_links')
        .where('hash', 'in', mac.signAll(token))
        .where('expires_at_ms', '>', nowMs()),

    endAll: (userId, purpose) =>
      kysely.deleteFrom('mail_links').where('user_id', '=', userId).where('purpose', '=', purpose),
  }
}
