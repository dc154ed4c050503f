// Sensitive changes ask again who is there: the current password, or a sign-in minutes old (R65).

import { AppError } from '../contract/app-error.ts'
import type { Device } from '../contract/device.ts'
import type { Clock } from '../db/clock.ts'
import type { UserIdentity } from './identity.ts'
import type { PasswordCheck } from './password-check.ts'
import type { Sessions } from './sessions.ts'
import type { UserRecord, Users } from './users.ts'

export interface Proof {
  identity: UserIdentity
  /** Absent: the session has to be fresh. */
  currentPassword: string | undefined
  device: Device
}

/**
 * The user, once it is certain that it is him.
 * @throws AppError reauthentication_required where there is no password and the session is old;
 *   invalid_credentials, too_many_requests as at sign-in: it is the same budget (R100)
 */
export type Reauthentication = (proof: Proof) => Promise<UserRecord>

/** In seconds: how long after a sign-in nothing is asked again. */
export const freshSignInSeconds = 5 * 60

interface ReauthenticationParts {
  users: Users
  sessions: Sessions
  checkPassword: PasswordCheck
  clock: Clock
}

export function createReauthentication(parts: ReauthenticationParts): Reauthentication {
  const { users, sessions, checkPassword, clock } = parts
  return async ({ identity, currentPassword, device }) => {
    const user = await users.getCaller(identity)
    if (currentPassword !== undefined) {
      return checkPassword({ username: user.username, password: currentPassword, device })
    }
    const session = await sessions.findLive(identity.sessionId)
    const isFresh = session && clock.now() - session.createdAtMs <= freshSignInSeconds * 1_000
    if (isFresh) return user
    throw new AppError(
      'reauthentication_required',
      'This change needs your current password, or a sign-in within the last five minutes',
    )
  }
}
