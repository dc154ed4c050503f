// Changing one's own password: it needs the old one, ends every other session (R60), and forgets
// all devices and places except the browser that made the change.

import { AppError } from '../../contract/app-error.ts'
import { normalizePassword } from '../../contract/credential-rules.ts'
import type { Device } from '../../contract/device.ts'
import type { Clock } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { RequiredWriteError, required } from '../../db/writes/required-write.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { ForgetKnown, KnownDevices } from '../devices/known-devices.ts'
import type { MailLinks } from '../mail/mail-links.ts'
import type { MailNotices } from '../mail/mail-notices.ts'
import type { Passwords } from '../passwords/passwords.ts'
import type { StoredPassword } from '../passwords/stored-password.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { Reauthentication } from '../sign-in/reauthentication.ts'
import { accountKeyOf } from '../throttle/login-throttle.ts'
import type { UserIdentity } from '../tokens/identity.ts'
import { checkField, type PasswordRule, refuseFields } from '../users/account-rules.ts'
import { toPasswordColumns, type UserRecord, type Users } from '../users/users.ts'

export interface PasswordChangeRequest {
  identity: UserIdentity
  currentPassword: string
  newPassword: string
  device: Device
}

/**
 * @returns how many other sessions it ended
 * @throws AppError invalid_input naming `new_password`; invalid_credentials where the current one
 *   is wrong; conflict where it was changed meanwhile; overloaded
 */
export type PasswordChange = (request: PasswordChangeRequest) => Promise<number>

interface PasswordChangeDeps {
  database: Database
  clock: Clock
  users: Users
  sessions: Sessions
  passwords: Passwords
  passwordProblem: PasswordRule
  reauthentication: Pick<Reauthentication, 'require'>
  knownDevices: Pick<KnownDevices, 'remember'>
  forgetKnown: ForgetKnown
  mailLinks: Pick<MailLinks, 'endAll'>
  mailNotices: MailNotices
  auditLog: AuditLog
}

export function createPasswordChange(deps: PasswordChangeDeps): PasswordChange {
  const { database, clock, users, sessions, passwords, reauthentication, auditLog } = deps
  const { knownDevices, forgetKnown, mailLinks, mailNotices } = deps

  function assertNewPassword(request: PasswordChangeRequest, account: UserRecord): void {
    const { currentPassword, newPassword } = request
    const isSame = normalizePassword(newPassword) === normalizePassword(currentPassword)
    const problem = isSame
      ? 'must differ from the current password'
      : deps.passwordProblem(newPassword, account)
    const fields = checkField('new_password', problem)
    if (fields.length > 0) throw refuseFields(fields)
  }

  /** Of two changes at once that both knew the old password, one finds it. */
  function writePassword(user: UserRecord, replacement: StoredPassword) {
    const nowMs = clock.now()
    return required(
      database.kysely
        .updateTable('users')
        .set({ ...toPasswordColumns(replacement, nowMs), updated_at_ms: nowMs })
        .where('id', '=', user.id)
        .where('password_hash', '=', user.password.hash),
    )
  }

  return async (request) => {
    const { identity, currentPassword, newPassword, device } = request
    const account = await users.getCaller(identity)
    assertNewPassword(request, account)
    const user = await reauthentication.require({ identity, currentPassword, device })
    const replacement = await passwords.hash(newPassword, { account: accountKeyOf(user.id) })
    const facts = { userId: user.id, sessionId: identity.sessionId, device }
    try {
      return await sessions.endAllOf(user.id, 'password_changed', {
        except: identity.sessionId,
        writes: [
          writePassword(user, replacement),
          ...forgetKnown(user.id),
          ...(device.deviceId ? knownDevices.remember(user.id, device.deviceId) : []),
          mailLinks.endAll(user.id, 'reset'),
          auditLog.entry('password_changed', facts),
          ...mailNotices.write('password_changed', user, device),
        ],
      })
    } catch (error) {
      if (!(error instanceof RequiredWriteError)) throw error
      throw new AppError('conflict', 'The password was changed somewhere else meanwhile')
    }
  }
}
