// A user's name and address: checked, and written with the search keys and the entries in the audit log.

import type { Updateable } from 'kysely'
import {
  canonicalName,
  emailProblem,
  fullNameProblem,
  storedEmail,
} from '../../contract/credential-rules.ts'
import type { Clock } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import type { UsersTable } from '../../db/tables.ts'
import { required } from '../../db/writes/required-write.ts'
import type { AuditFacts, AuditLog } from '../audit/audit-log.ts'
import type { MailLinks } from '../mail/mail-links.ts'
import type { MailNotices } from '../mail/mail-notices.ts'
import { checkField, refuseFields } from './account-rules.ts'
import { replaceSearchKeys } from './user-search.ts'
import { mapConflict, type UserRecord } from './users.ts'

export interface Profile {
  /** null removes it; absent leaves it as it is. */
  fullName: string | null | undefined
  email: string | null | undefined
}

/** As it is stored. @throws AppError invalid_input, naming each field that breaks its rule */
export function readProfile({ fullName, email }: Profile): Profile {
  const read = { fullName, email: email && storedEmail(email) }
  const problems = [
    ...checkField('full_name', fullName ? fullNameProblem(fullName) : undefined),
    ...checkField('email', read.email ? emailProblem(read.email) : undefined),
  ]
  if (problems.length > 0) throw refuseFields(problems)
  return read
}

export interface FieldChange {
  /** Its name on the wire. */
  field: 'full_name' | 'email'
  set: Updateable<UsersTable>
  /** The same, by its name in the rest of the code. */
  becomes: Partial<Pick<UserRecord, 'fullName' | 'email'>>
}

export function listChanges(user: UserRecord, { fullName, email }: Profile): FieldChange[] {
  const changes: FieldChange[] = []
  if (fullName !== undefined && fullName !== user.fullName) {
    changes.push({ field: 'full_name', set: { full_name: fullName }, becomes: { fullName } })
  }
  if (email !== undefined && email !== user.email) {
    const key = email === null ? null : canonicalName(email)
    changes.push({ field: 'email', set: { email, email_key: key }, becomes: { email } })
  }
  return changes
}

/**
 * @throws AppError conflict where the address is taken; RequiredWriteError where the profile has
 *   changed since `user` was read
 */
export type WriteProfile = (
  user: UserRecord,
  changes: readonly FieldChange[],
  facts: Omit<AuditFacts, 'userId' | 'what'>,
) => Promise<void>

interface ProfileWriteDeps {
  database: Database
  clock: Clock
  mailLinks: Pick<MailLinks, 'endAll'>
  mailNotices: MailNotices
  auditLog: Pick<AuditLog, 'entry'>
}

export function createProfileWrite(deps: ProfileWriteDeps): WriteProfile {
  const { database, clock, mailLinks, mailNotices, auditLog } = deps
  return async (user, changes, facts) => {
    const update = database.kysely
      .updateTable('users')
      .set(Object.assign({ updated_at_ms: clock.now() }, ...changes.map(({ set }) => set)))
      .where('id', '=', user.id)
      // The search keys are made of both: they must not be made of a value that has changed meanwhile.
      .where('full_name', 'is not distinct from', user.fullName)
      .where('email', 'is not distinct from', user.email)
    const changed = Object.assign({}, user, ...changes.map(({ becomes }) => becomes))
    const searchKeys = replaceSearchKeys(database.kysely, changed)
    const log = changes.map(({ field }) =>
      auditLog.entry('profile_changed', { userId: user.id, what: field, ...facts }),
    )
    // Links that were sent to the old address end with it, and it hears of the change.
    const device = facts.actorId === undefined ? (facts.device ?? null) : null
    const mails = changes.some(({ field }) => field === 'email')
      ? [mailLinks.endAll(user.id, 'reset'), ...mailNotices.write('address_changed', user, device)]
      : []
    await mapConflict(() =>
      database.runAtomically([required(update), ...searchKeys, ...mails, ...log]),
    )
  }
}
