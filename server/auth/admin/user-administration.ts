// What admins do to accounts. No change without its entry in the audit log, and none that half happens.

import { AppError } from '../../contract/app-error.ts'
import type { Role } from '../../contract/scopes.ts'
import type { Clock } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import type { OnProgress } from '../../db/writes/batches.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { ForgetKnown } from '../devices/known-devices.ts'
import type { MailLinks } from '../mail/mail-links.ts'
import type { MailNotices } from '../mail/mail-notices.ts'
import type { Share } from '../passwords/fair-queue.ts'
import { type Actor, createAccountChange } from '../sessions/account-change.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { LoginThrottle } from '../throttle/login-throttle.ts'
import type { Revocations } from '../tokens/revocations.ts'
import type { AccountRequest, Accounts } from '../users/accounts.ts'
import { isNotLastAdmin, lockAdmins, refuseLastAdmin } from '../users/last-admin.ts'
import { toPasswordColumns, type UserRecord, type Users } from '../users/users.ts'

/** Each of them throws AppError not_found where there is no such user. */
export interface UserAdministration {
  /** @throws AppError invalid_input naming each field that breaks its rule, or conflict */
  create(request: AccountRequest, by: Actor): Promise<UserRecord>
  /**
   * Ends every session and token of the user at once (R59). For a disabled user it ends the
   * sessions that an interrupted call has left.
   * @throws AppError conflict where it is the last admin, or the caller: admins who lock themselves
   *   out by a slip cannot undo it, and there is a separate way to leave
   */
  disable(id: string, by: Actor, onProgress?: OnProgress): Promise<UserRecord>
  /** Lets the user sign in again; ended sessions stay ended. */
  enable(id: string, by: Actor): Promise<UserRecord>
  /**
   * Tokens with the scopes of the old role are refused at once (R63), and the next refresh brings
   * what the new role leaves of the session's. A wider role counts from the next sign-in on: no
   * session ever gets more than it was granted (R15).
   * @throws AppError conflict where it is the last admin
   */
  setRole(id: string, role: Role, by: Actor): Promise<UserRecord>
  /**
   * Ends every session too (R60), and returns their number. No device or place is known any more.
   * @throws AppError invalid_input where the password breaks a rule
   */
  setPassword(id: string, password: string, by: Actor, onProgress?: OnProgress): Promise<number>
  /**
   * For an account that guesses have closed: it can be signed in to from anywhere again, with its
   * present password.
   */
  unlock(id: string, by: Actor): Promise<UserRecord>
  /** Returns the number of those that were live (R61). */
  endSessions(id: string, by: Actor, onProgress?: OnProgress): Promise<number>
  /** Signs out all users, and machines too, and returns the number of sessions that were live. */
  endEverybodysSessions(by: Actor, onProgress?: OnProgress): Promise<number>
}

interface UserAdministrationDeps {
  database: Database
  users: Users
  accounts: Accounts
  sessions: Sessions
  revocations: Revocations
  loginThrottle: Pick<LoginThrottle, 'reopen'>
  forgetKnown: ForgetKnown
  mailLinks: Pick<MailLinks, 'endAll'>
  mailNotices: MailNotices
  auditLog: AuditLog
  clock: Clock
}

export function createUserAdministration(deps: UserAdministrationDeps): UserAdministration {
  const { users, accounts, sessions, loginThrottle, forgetKnown, auditLog, clock } = deps
  const { mailLinks, mailNotices } = deps
  const { kysely } = deps.database
  const changeAccount = createAccountChange(deps)

  async function find(id: string): Promise<UserRecord> {
    const user = await users.findById(id)
    if (!user) throw new AppError('not_found', 'There is no such user')
    return user
  }

  return {
    async create(request, by) {
      const facts = { actorId: by.id, clientId: by.clientId, what: request.role, device: by.device }
      return accounts.create(
        request,
        (userId) => [auditLog.entry('user_created', { userId, ...facts })],
        shareOf(by),
      )
    },

    async disable(id, by, onProgress) {
      if (id === by.id) {
        throw new AppError('conflict', 'You cannot disable your own account: ask another admin')
      }
      const { happened } = await changeAccount(
        id,
        {
          event: 'user_disabled',
          lock: lockAdmins(kysely),
          where: (eb) => eb.and([eb('disabled', '=', 0), isNotLastAdmin(eb, id)]),
          set: { disabled: 1 },
          ends: 'sessions',
        },
        by,
        onProgress,
      )
      const user = await find(id)
      if (!user.disabled) throw refuseLastAdmin()
      if (!happened) await sessions.endAllOf(id, 'ended_by_admin', { onProgress })
      return user
    },

    async enable(id, by) {
      // What an interrupted `disable` has left must not live again.
      if ((await find(id)).disabled) await sessions.endAllOf(id, 'ended_by_admin')
      await changeAccount(
        id,
        {
          event: 'user_enabled',
          where: (eb) => eb('disabled', '=', 1),
          set: { disabled: 0 },
          ends: 'nothing',
        },
        by,
      )
      return find(id)
    },

    async setRole(id, role, by) {
      await changeAccount(
        id,
        {
          event: 'role_changed',
          what: role,
          lock: lockAdmins(kysely),
          where: (eb) =>
            eb.and([eb('role', '!=', role), ...(role === 'admin' ? [] : [isNotLastAdmin(eb, id)])]),
          set: { role },
          ends: 'tokens',
        },
        by,
      )
      const user = await find(id)
      if (user.role !== role) throw refuseLastAdmin()
      return user
    },

    async setPassword(id, password, by, onProgress) {
      const user = await find(id)
      const replacement = await accounts.hashNewPassword(password, user, shareOf(by))
      const { sessionsEnded } = await changeAccount(
        id,
        {
          event: 'password_set_by_admin',
          set: toPasswordColumns(replacement, clock.now()),
          extraWrites: [
            ...forgetKnown(id),
            mailLinks.endAll(id, 'reset'),
            ...mailNotices.write('password_set_by_admin', user, null),
          ],
          ends: 'sessions',
        },
        by,
        onProgress,
      )
      // Failures with the old password say nothing about the new one (R99).
      await loginThrottle.reopen(id)
      return sessionsEnded
    },

    async unlock(id, by) {
      const user = await find(id)
      await changeAccount(id, { event: 'user_unlocked', set: {}, ends: 'nothing' }, by)
      await loginThrottle.reopen(id)
      return user
    },

    async endSessions(id, by, onProgress) {
      await find(id)
      const change = { event: 'sessions_ended', set: {}, ends: 'sessions' } as const
      return (await changeAccount(id, change, by, onProgress)).sessionsEnded
    },

    async endEverybodysSessions({ id: actorId, clientId, device }, onProgress) {
      const count = await sessions.endEverybodys('ended_by_admin', onProgress)
      await auditLog.record('everybody_signed_out', { actorId, clientId, device })
      return count
    },
  }
}

/** A caller that makes accounts by the thousand takes turns with all sign-ins. */
function shareOf({ id }: Actor): Share {
  return { account: `actor:${id}` }
}
