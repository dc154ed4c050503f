// The one place that checks a presented password, whichever endpoint or form it came through (R100).

import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '../../contract/app-error.ts'
import { loginMaxLength } from '../../contract/credential-rules.ts'
import type { Device } from '../../contract/device.ts'
import type { Database } from '../../db/database.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { addressPoolOf } from '../devices/address-pool.ts'
import type { MailNotices } from '../mail/mail-notices.ts'
import type { Share } from '../passwords/fair-queue.ts'
import type { Passwords, PasswordVerdict, VerifyPassword } from '../passwords/passwords.ts'
import type { AdmittedAttempt, LoginThrottle, ReservedAttempt } from '../throttle/login-throttle.ts'
import type { UserRecord, Users } from '../users/users.ts'

export interface PresentedPassword {
  /** The username or the email address. */
  username: string
  password: string
  device: Device
}

/**
 * The user of the password, with the hash that is stored now.
 * @throws AppError invalid_credentials, alike for unknown, wrong and disabled (R109);
 *   too_many_requests, overloaded, unavailable: then it was not checked
 */
export type PasswordCheck = (presented: PresentedPassword) => Promise<UserRecord>

interface PasswordCheckDeps {
  database: Database
  users: Users
  passwords: Passwords
  loginThrottle: LoginThrottle
  mailNotices: MailNotices
  auditLog: AuditLog
}

/** How often, and for how long each time, attempts on other nodes are waited for. */
const pendingTries = 20
const pendingPauseMs = 250

export function createPasswordCheck(deps: PasswordCheckDeps): PasswordCheck {
  const { database, users, passwords, loginThrottle, mailNotices, auditLog } = deps

  /**
   * While others wait, this is left to another sign-in: the user with the right password gets in at
   * once.
   */
  async function upgradeHash(
    user: UserRecord,
    password: string,
    share: Share,
  ): Promise<UserRecord> {
    if (passwords.stats().waiting > 0) return user
    try {
      const replacement = await passwords.hash(password, share)
      const isReplaced = await users.replacePassword(user.id, user.password, replacement)
      return isReplaced ? { ...user, password: replacement } : user
    } catch (error) {
      if (!(error instanceof AppError && error.reason === 'overloaded')) throw error
      return user
    }
  }

  /**
   * Again and again, while attempts on other nodes hold everything that may be counted: they may be
   * right.
   */
  async function runInTurn<Result>(
    { share, reserve }: AdmittedAttempt,
    run: (attempt: ReservedAttempt, verify: VerifyPassword) => Promise<Result>,
  ): Promise<Result> {
    for (let tries = 0; tries < pendingTries; tries++) {
      const result = await passwords.takeTurn(share, async (verify) => {
        const attempt = await reserve()
        return attempt === 'pending' ? attempt : run(attempt, verify)
      })
      if (result !== 'pending') return result
      await sleep(pendingPauseMs)
    }
    throw new AppError('overloaded', 'Too many sign-ins at the same time: try again shortly', {
      retryAfterSeconds: 1,
    })
  }

  /** With the way back by mail; a name without an account has none. */
  async function noteClosed(user: UserRecord | undefined, device: Device): Promise<void> {
    await auditLog.record('sign_in_closed', { userId: user?.id, device })
    const notice = user ? mailNotices.write('sign_in_closed', user, device) : []
    if (notice.length > 0) await database.runAtomically(notice)
  }

  async function judge(
    { password, device }: PresentedPassword,
    user: UserRecord | undefined,
    attempt: ReservedAttempt,
    verify: VerifyPassword,
  ): Promise<Judged> {
    // Hashing costs the same whether there is such a user or not (R110).
    const verdict = await verify(password, user?.password).catch(async (error) => {
      await attempt.release()
      throw error
    })
    if (user && verdict.ok && !user.disabled) {
      await attempt.succeed()
      return { user, rehash: verdict.rehash }
    }
    await attempt.fail()
    const why = reasonToRefuse(user, verdict)
    await auditLog.record('sign_in_refused', { userId: user?.id, why, device })
    if (attempt.closesAccount) await noteClosed(user, device)
    throw refuse(why)
  }

  return async (presented) => {
    const { username, password, device } = presented
    // No account has such a name: the answer is that of a wrong password, and nothing processes it.
    if (username.length > loginMaxLength) throw refuse('too_long')
    // Without a place in the queue there is no look-up either: a flood must not reach the database.
    passwords.requireRoom({
      pool: addressPoolOf(device.address),
      isKnown: device.deviceId !== undefined,
    })
    const found = await users.findByLogin(username)
    try {
      const admitted = await loginThrottle.admit({ userId: found?.id, login: username, device })
      const { user, rehash } = await runInTurn(admitted, (attempt, verify) =>
        judge(presented, found, attempt, verify),
      )
      return rehash ? await upgradeHash(user, password, admitted.share) : user
    } catch (error) {
      // Not a row for each: a flood must not fill the table too.
      if (error instanceof AppError && error.reason === 'too_many_requests') {
        auditLog.notifyOperator('sign_in_throttled', { userId: found?.id, device })
      }
      throw error
    }
  }
}

interface Judged {
  user: UserRecord
  /** Right, but stored in an outdated form. */
  rehash: boolean
}

/** One answer for all causes (R109). */
function refuse(detail: string): AppError {
  return new AppError('invalid_credentials', 'Incorrect username or password', { detail })
}

/** For the log only; the answer is one for all (R109). */
function reasonToRefuse(user: UserRecord | undefined, { ok, fault }: PasswordVerdict): string {
  if (!user) return 'unknown_user'
  return ok ? 'disabled' : (fault ?? 'wrong_password')
}
