// Changing one's own profile. The email address signs in too, so changing it needs a proof (R65).

import type { Updateable } from 'kysely'
import {
  canonicalName,
  emailProblem,
  fullNameProblem,
  storedEmail,
} from '../../contract/credential-rules.ts'
import type { Device } from '../../contract/device.ts'
import type { Clock } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import type { UsersTable } from '../../db/tables.ts'
import { RequiredWriteError, required } from '../../db/writes/required-write.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { Reauthentication } from '../sign-in/reauthentication.ts'
import type { EnumerationThrottle } from '../throttle/enumeration-throttle.ts'
import type { UserIdentity } from '../tokens/identity.ts'
import { checkField, refuseFields } from '../users/account-rules.ts'
import { replaceSearchKeys } from '../users/user-search.ts'
import { mapConflict, type UserRecord, type Users } from '../users/users.ts'

export interface ProfileChangeRequest {
  identity: UserIdentity
  /** null removes it; absent leaves it as it is. */
  fullName: string | null | undefined
  email: string | null | undefined
  currentPassword: string | undefined
  device: Device
}

/**
 * The user after the change.
 * @throws AppError invalid_input or conflict, naming the field; where the email address is to
 *   change, reauthentication_required and the errors of checking the password that is then sent,
 *   and too_many_requests where this account or address has heard of too many taken ones
 */
export type ProfileChange = (request: ProfileChangeRequest) => Promise<UserRecord>

interface ProfileChangeDeps {
  database: Database
  clock: Clock
  users: Users
  reauthentication: Pick<Reauthentication, 'require'>
  enumerationThrottle: EnumerationThrottle
  auditLog: AuditLog
}

export function createProfileChange(deps: ProfileChangeDeps): ProfileChange {
  const { database, clock, users, reauthentication, enumerationThrottle, auditLog } = deps
  const change: ProfileChange = async (given) => {
    const request = { ...given, email: given.email && storedEmail(given.email) }
    const { identity, currentPassword, device } = request
    assertProfile(request)
    const user = await users.getCaller(identity)
    const changes = listChanges(user, request)
    if (changes.length === 0) return user
    const asksForAddress = changes.some(({ field }) => field === 'email')
    if (asksForAddress) {
      await reauthentication.require({ identity, currentPassword, device })
    }

    const update = database.kysely
      .updateTable('users')
      .set(Object.assign({ updated_at_ms: clock.now() }, ...changes.map(({ set }) => set)))
      .where('id', '=', user.id)
      // The search keys are made of both: they must not be made of a value that has changed meanwhile.
      .where('full_name', 'is not distinct from', user.fullName)
      .where('email', 'is not distinct from', user.email)
    const { sessionId } = identity
    const log = changes.map(({ field }) =>
      auditLog.entry('profile_changed', { userId: user.id, sessionId, what: field, device }),
    )
    const changed = Object.assign({}, user, ...changes.map(({ becomes }) => becomes))
    const searchKeys = replaceSearchKeys(database.kysely, changed)
    const write = () =>
      mapConflict(() => database.runAtomically([required(update), ...searchKeys, ...log]))
    try {
      // The answer reveals whether the address is taken, so it is limited (R111).
      await (asksForAddress
        ? enumerationThrottle.guard({ userId: user.id, device }, write)
        : write())
    } catch (error) {
      // Changed meanwhile, or deleted, which is then reported in its own words.
      if (error instanceof RequiredWriteError) return change(request)
      throw error
    }
    return users.getCaller(identity)
  }
  return change
}

function assertProfile({ fullName, email }: ProfileChangeRequest): void {
  const problems = [
    ...checkField('full_name', fullName ? fullNameProblem(fullName) : undefined),
    ...checkField('email', email ? emailProblem(email) : undefined),
  ]
  if (problems.length > 0) throw refuseFields(problems)
}

interface FieldChange {
  /** Its name on the wire. */
  field: 'full_name' | 'email'
  set: Updateable<UsersTable>
  /** The same, by its name in the rest of the code. */
  becomes: Partial<Pick<UserRecord, 'fullName' | 'email'>>
}

function listChanges(user: UserRecord, { fullName, email }: ProfileChangeRequest): FieldChange[] {
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
