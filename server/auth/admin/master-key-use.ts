// Which rows need which master key: says when an older one may go, and refuses a start without it.

import type { Clock } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { StartError } from '../../settings/start-error.ts'
import type { MasterKeys } from '../secrets/master-key.ts'
import {
  countAccounts,
  listAccountKeyIds,
  listKeySpans,
  listSealingKeyIds,
  sumSessions,
} from './master-key-rows.ts'

export interface MasterKeyUse {
  id: string
  /** Its place in MASTER_KEY or in the key file, 1 for the newest; null where it is missing. */
  position: number | null
  /** The accounts whose passwords need it. */
  accounts: number
  /** Live ones, whose refresh token was made with it. */
  sessions: number
  /** When the last of them ends, if none is refreshed before; null where there are none. */
  sessionsEndAtMs: number | null
  signingKeys: number
}

export interface MasterKeyUses {
  /** All keys that are present, newest first, and then those that are missing and needed. */
  list(): Promise<MasterKeyUse[]>
  /**
   * Called by a server that starts. Where no key is missing it costs three look-ups.
   * @throws StartError where rows need a key that is missing, unless that is allowed: then it warns
   */
  requireAll(): Promise<void>
  /** Called by a server that has started: what it makes is made with the newest key. */
  noteStart(): Promise<void>
  /** Called by a server that ends: until now it made everything with that key. */
  noteEnd(): Promise<void>
}

interface MasterKeyUsesDeps {
  database: Database
  masterKeys: MasterKeys
  clock: Clock
  /** Whether a server starts although a key is missing. */
  allowLost: boolean
  warn: (sentence: string) => void
}

/**
 * A password hash and a signing key name their master key. A session does not, so that no refresh
 * has more to write: it counts by when its last token was made, and by when servers changed to
 * another key.
 */
export function createMasterKeyUses(deps: MasterKeyUsesDeps): MasterKeyUses {
  const { database, clock, allowLost, warn } = deps
  const { kysely } = database
  const present = deps.masterKeys.derive('refresh-token').map(({ id }) => id)
  const [newest = ''] = present

  async function list(): Promise<MasterKeyUse[]> {
    const [accounts, sealing, spans] = await Promise.all([
      countAccounts(database),
      listSealingKeyIds(database),
      listKeySpans(database),
    ])
    const ids = [...present, ...accounts.keys(), ...sealing, ...spans.map(({ id }) => id)]
    const uses: MasterKeyUse[] = []
    for (const id of new Set(ids)) {
      const span = spans.find((candidate) => candidate.id === id)
      const sessions = span && (await sumSessions(database, span, clock.now()))
      uses.push({
        id,
        position: present.includes(id) ? present.indexOf(id) + 1 : null,
        accounts: accounts.get(id) ?? 0,
        sessions: sessions?.count ?? 0,
        sessionsEndAtMs: sessions?.endAtMs ?? null,
        signingKeys: sealing.filter((other) => other === id).length,
      })
    }
    return uses.filter((use) => use.position !== null || isNeeded(use))
  }

  return {
    list,

    async requireAll() {
      const [accountKeys, sealing, spans] = await Promise.all([
        listAccountKeyIds(database),
        listSealingKeyIds(database),
        listKeySpans(database),
      ])
      const named = [...accountKeys, ...sealing, ...spans.map(({ id }) => id)]
      const missing = named.filter((id) => !present.includes(id))
      if (missing.length === 0) return
      const needed = (await list()).filter(({ position }) => position === null)
      const sentences = needed.map(describeMissing)
      if (needed.length > 0 && !allowLost) {
        throw new StartError([...sentences, wayOut].join('\n'))
      }
      for (const sentence of sentences) warn(sentence)
      // No session needs it any more, nor can one: the next start need not check.
      await kysely.deleteFrom('master_keys').where('key_id', 'in', missing).execute()
    },

    async noteStart() {
      const spans = await listKeySpans(database)
      if (spans.at(-1)?.id === newest) return
      // The first of all has made whatever is there.
      const newest_from_ms = spans.length === 0 ? 0 : clock.now()
      await kysely
        .insertInto('master_keys')
        .values({ key_id: newest, newest_from_ms, newest_up_to_ms: null })
        .onConflict((conflict) => conflict.column('key_id').doUpdateSet({ newest_from_ms }))
        .execute()
    },

    async noteEnd() {
      if (present.length === 1) return
      await kysely
        .updateTable('master_keys')
        .set({ newest_up_to_ms: clock.now() })
        .where('key_id', '=', newest)
        .execute()
    },
  }
}

export function isNeeded({ accounts, sessions, signingKeys }: MasterKeyUse): boolean {
  return accounts + sessions + signingKeys > 0
}

function describeMissing(use: MasterKeyUse): string {
  const needs = [
    countOf(use.accounts, 'account'),
    countOf(use.sessions, 'session'),
    countOf(use.signingKeys, 'signing key'),
  ].filter((text) => text !== '')
  return `The master key ${use.id} is missing, and needed by ${needs.join(', ')}.`
}

const wayOut =
  'Put it back behind the newest: MASTER_KEY=new,old, or a line each in master.key. ' +
  '"npm run keycard -- keys" says when it may go. To start without it, with those accounts shut until ' +
  'they get a new password and those sessions ended: ALLOW_LOST_MASTER_KEY=on.'

function countOf(count: number, what: string): string {
  if (count === 0) return ''
  return count === 1 ? `1 ${what}` : `${count.toLocaleString('en-US')} ${what}s`
}
