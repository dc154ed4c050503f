// A forgotten password: asked for by name, proved by a link in a mail. It signs no one in (R98).

import { randomInt } from 'node:crypto'
import { AppError } from '../../contract/app-error.ts'
import { loginMaxLength } from '../../contract/credential-rules.ts'
import type { Device } from '../../contract/device.ts'
import type { Clock } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { RequiredWriteError, required } from '../../db/writes/required-write.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { ForgetKnown } from '../devices/known-devices.ts'
import { type LinkPurpose, linkLifetimesMs, type MailLinks } from '../mail/mail-links.ts'
import type { MailNotices } from '../mail/mail-notices.ts'
import type { ResetRequest } from '../mail/messages.ts'
import type { ClaimedMail, Outbox } from '../mail/outbox.ts'
import type { Passwords } from '../passwords/passwords.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { accountKeyOf, type LoginThrottle } from '../throttle/login-throttle.ts'
import type { MailThrottle } from '../throttle/mail-throttle.ts'
import { checkField, type PasswordRule, refuseFields } from '../users/account-rules.ts'
import { toPasswordColumns, type UserRecord, type Users } from '../users/users.ts'

export interface PasswordReset {
  /** Whether mail is set up, and people sign in with passwords. */
  readonly isEnabled: boolean
  /**
   * Accepts a request: what is done, and how long it takes, is the same for every name. The account
   * is looked up later, by whichever node sends the mail.
   * @throws AppError mail_not_set_up; invalid_input where no name is given; too_many_requests,
   *   three times an hour for a name and ten for an address
   */
  ask(request: { login: string; device: Device }): Promise<void>
  /** Becomes a mail where there is such an account, with an address; otherwise nothing. */
  resolve(request: ResetRequest, mail: ClaimedMail): Promise<void>
  /** What a link opens; looking uses nothing up. @throws AppError not_found */
  findLink(token: string): Promise<{ purpose: LinkPurpose; username: string }>
  /**
   * Ends every session and every other link, and opens an account that guesses have closed.
   * @throws AppError not_found where the link is used or too old; invalid_input naming
   *   `new_password`; overloaded
   */
  choosePassword(request: { token: string; newPassword: string; device: Device }): Promise<void>
  /** "It wasn’t me": ends every session, and sends a link for a new password. @throws as above */
  endSessions(request: { token: string; device: Device }): Promise<void>
}

interface PasswordResetDeps {
  enabled: boolean
  database: Database
  clock: Clock
  users: Users
  sessions: Sessions
  passwords: Passwords
  passwordProblem: PasswordRule
  loginThrottle: Pick<LoginThrottle, 'reopen'>
  mailThrottle: MailThrottle
  forgetKnown: ForgetKnown
  outbox: Outbox
  mailLinks: MailLinks
  mailNotices: MailNotices
  auditLog: AuditLog
}

/**
 * In milliseconds: an account is looked up one second after it was asked for, or up to so many. A
 * look-up at once would slow the next request down, and whose that is would say what was found.
 */
export const lookUpWithinMs = 4_000

export function createPasswordReset(deps: PasswordResetDeps): PasswordReset {
  const { enabled, database, clock, users, sessions, passwords, passwordProblem } = deps
  const { loginThrottle, mailThrottle, forgetKnown, outbox, mailLinks, mailNotices, auditLog } =
    deps

  function requireMail(): void {
    if (!enabled) throw new AppError('mail_not_set_up', mailNotSetUp)
  }

  /** The link and its mail: both, or, where three were asked for within the hour, neither. */
  function writeResetMail({ id, username }: UserRecord, to: string) {
    const link = mailLinks.make('reset', id)
    const minutes = linkLifetimesMs.reset / 60_000
    return [
      link.write,
      outbox.write(
        { kind: 'reset', to, username, minutes, token: link.token },
        { userId: id, lifetimeMs: linkLifetimesMs.reset, onlyIf: link.exists },
      ),
    ]
  }

  async function find(token: string): Promise<{ purpose: LinkPurpose; user: UserRecord }> {
    requireMail()
    const link = await mailLinks.find(token)
    const user = link && (await users.findById(link.userId))
    if (!link || !user || user.disabled) throw refuseLink()
    return { purpose: link.purpose, user }
  }

  async function findUser(token: string, purpose: LinkPurpose): Promise<UserRecord> {
    const found = await find(token)
    if (found.purpose !== purpose) throw refuseLink()
    return found.user
  }

  /** Of two uses at once the second finds the link gone. */
  async function orRefuseLink<Result>(run: () => Promise<Result>): Promise<Result> {
    try {
      return await run()
    } catch (error) {
      if (error instanceof RequiredWriteError) throw refuseLink()
      throw error
    }
  }

  return {
    isEnabled: enabled,

    async ask({ login, device }) {
      requireMail()
      if (login.trim() === '') {
        throw refuseFields(checkField('username', 'must not be empty'))
      }
      // No account has such a name: counted and stored it is like any other.
      const name = login.slice(0, loginMaxLength + 1)
      await mailThrottle.reserve({ login: name, device })
      const { address, userAgent } = device
      const request = { kind: 'reset_request', login: name, address, userAgent } as const
      const lifetimeMs = linkLifetimesMs.reset
      const delayMs = randomInt(1_000, lookUpWithinMs)
      await database.runAtomically([outbox.write(request, { userId: null, lifetimeMs, delayMs })])
    },

    async resolve({ login, address, userAgent }, mail) {
      const user = await users.findByLogin(login)
      const isReachable = user !== undefined && !user.disabled && user.email !== null
      const writes = isReachable ? writeResetMail(user, user.email ?? '') : []
      try {
        const counts = await database.runAtomically([required(outbox.remove(mail)), ...writes])
        if (!isReachable || counts[1] === 0n) return
      } catch (error) {
        // Another node has made a mail of it meanwhile.
        if (error instanceof RequiredWriteError) return
        throw error
      }
      const device = { address, userAgent }
      await auditLog.record('password_reset_requested', { userId: user.id, device })
    },

    async findLink(token) {
      const { purpose, user } = await find(token)
      return { purpose, username: user.username }
    },

    async choosePassword({ token, newPassword, device }) {
      const user = await findUser(token, 'reset')
      const fields = checkField('new_password', passwordProblem(newPassword, user))
      if (fields.length > 0) throw refuseFields(fields)
      const replacement = await passwords.hash(newPassword, { account: accountKeyOf(user.id) })
      const nowMs = clock.now()
      const update = database.kysely
        .updateTable('users')
        .set({ ...toPasswordColumns(replacement, nowMs), updated_at_ms: nowMs })
        .where('id', '=', user.id)
        .where('disabled', '=', 0)
      await orRefuseLink(() =>
        sessions.endAllOf(user.id, 'password_changed', {
          writes: [
            required(mailLinks.use(token)),
            required(update),
            ...forgetKnown(user.id),
            mailLinks.endAll(user.id, 'reset'),
            auditLog.entry('password_reset', { userId: user.id, device }),
            ...mailNotices.write('password_changed', user, device),
          ],
        }),
      )
      // Failures with the old password say nothing about the new one (R99).
      await loginThrottle.reopen(user.id)
    },

    async endSessions({ token, device }) {
      const user = await findUser(token, 'secure')
      const facts = { userId: user.id, why: 'mail_link', device }
      await orRefuseLink(() =>
        sessions.endAllOf(user.id, 'ended_by_user', {
          writes: [
            required(mailLinks.use(token)),
            ...forgetKnown(user.id),
            auditLog.entry('sessions_ended', facts),
            ...(user.email === null ? [] : writeResetMail(user, user.email)),
          ],
        }),
      )
    },
  }
}

export const mailNotSetUp =
  'No mail is sent here: ask the people who run this service for a new password'

function refuseLink(): AppError {
  return new AppError('not_found', 'This link was used, or is too old')
}
