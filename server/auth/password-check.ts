// The one place that judges a presented password, whichever door or form it came through (R100).

import { AppError } from '../contract/app-error.ts'
import { loginMaxLength } from '../contract/credential-rules.ts'
import type { Device } from '../contract/device.ts'
import type { AuditLog } from './audit-log.ts'
import type { LoginThrottle, ReservedAttempt } from './login-throttle.ts'
import type { Passwords, PasswordVerdict } from './passwords.ts'
import type { UserRecord, Users } from './users.ts'

export interface PresentedPassword {
  /** The user name or the e-mail address. */
  username: string
  password: string
  device: Device
}

/**
 * Whose password it is, with the hash that is stored now.
 * @throws AppError invalid_credentials, alike for unknown, wrong and disabled (R109);
 *   too_many_requests, overloaded, unavailable: then it was not looked at
 */
export type PasswordCheck = (presented: PresentedPassword) => Promise<UserRecord>

interface PasswordCheckParts {
  users: Users
  passwords: Passwords
  loginThrottle: LoginThrottle
  auditLog: AuditLog
}

export function createPasswordCheck(parts: PasswordCheckParts): PasswordCheck {
  const { users, passwords, loginThrottle, auditLog } = parts

  /** May wait for another sign-in: who has the right password is let in, however busy it is. */
  async function upgradeHash(user: UserRecord, password: string): Promise<UserRecord> {
    try {
      const replacement = await passwords.hash(password)
      const isReplaced = await users.replacePassword(user.id, user.password, replacement)
      return isReplaced ? { ...user, password: replacement } : user
    } catch (error) {
      if (!(error instanceof AppError && error.reason === 'overloaded')) throw error
      return user
    }
  }

  async function reserve(
    { username, device }: PresentedPassword,
    user: UserRecord | undefined,
  ): Promise<ReservedAttempt> {
    try {
      return await loginThrottle.reserve({ userId: user?.id, login: username, device })
    } catch (error) {
      // Not a row for each: whoever floods must not fill the table too.
      if (error instanceof AppError && error.reason === 'too_many_requests') {
        auditLog.tell('sign_in_throttled', { userId: user?.id, device })
      }
      throw error
    }
  }

  return async (presented) => {
    const { username, password, device } = presented
    // No account has such a name: the answer is that of a wrong password, and nothing looks at it.
    if (username.length > loginMaxLength) throw refuse('too_long')
    // What cannot be hashed is not counted either: in a flood four writes each would stop everything.
    // What may be an owner's known device is looked at first: he does not wait behind the others.
    passwords.requireRoom({ goesFirst: device.deviceId !== undefined })
    const user = await users.findByLogin(username)
    const attempt = await reserve(presented, user)
    // Hashing costs the same whether there is such a user or not (R110).
    // A flood from elsewhere fills the queue: the owner on his own device does not wait behind it.
    const priority = { goesFirst: attempt.isKnownDevice }
    const verdict = await passwords
      .verify(password, user?.password, priority)
      .catch(async (error) => {
        await attempt.release()
        throw error
      })
    if (!user || !verdict.ok || user.disabled) {
      const why = reasonToRefuse(user, verdict)
      await auditLog.record('sign_in_refused', { userId: user?.id, why, device })
      if (attempt.closesAccount)
        await auditLog.record('sign_in_closed', { userId: user?.id, device })
      throw refuse(why)
    }
    await attempt.succeed()
    return verdict.rehash ? upgradeHash(user, password) : user
  }
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
