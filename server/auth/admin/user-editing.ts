// What admins do to parts of an account: its profile, one session, one device; and its end.

import { AppError } from '../../contract/app-error.ts'
import { RequiredWriteError } from '../../db/writes/required-write.ts'
import type { DeleteUser } from '../account/user-deletion.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { nameDevice } from '../devices/device-name.ts'
import type { ForgetDevice } from '../devices/device-removal.ts'
import type { Actor } from '../sessions/account-change.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { refuseLastAdmin } from '../users/last-admin.ts'
import { listChanges, type Profile, readProfile, type WriteProfile } from '../users/profile.ts'
import type { UserRecord, Users } from '../users/users.ts'

/** Each of them throws AppError not_found where there is no such user. */
export interface UserEditing {
  /** @throws AppError invalid_input or conflict, naming the field */
  changeProfile(id: string, profile: Profile, by: Actor): Promise<UserRecord>
  /** @throws AppError not_found where it is not a session of the user, or has ended */
  endSession(id: string, sessionId: string, by: Actor): Promise<void>
  /** @throws AppError not_found where the user has no such device */
  forgetDevice(id: string, deviceId: string, by: Actor): Promise<void>
  /**
   * With all that belongs to it, and at once.
   * @throws AppError conflict where it is the last admin, or the caller, who has a way of their own
   */
  delete(id: string, by: Actor): Promise<void>
}

interface UserEditingDeps {
  users: Users
  sessions: Pick<Sessions, 'findLive' | 'end'>
  writeProfile: WriteProfile
  forgetDevice: ForgetDevice
  deleteUser: DeleteUser
  auditLog: AuditLog
}

export function createUserEditing(deps: UserEditingDeps): UserEditing {
  const { users, sessions, writeProfile, forgetDevice, deleteUser, auditLog } = deps

  async function find(id: string): Promise<UserRecord> {
    const user = await users.findById(id)
    if (!user) throw new AppError('not_found', 'There is no such user')
    return user
  }

  const editing: UserEditing = {
    async changeProfile(id, profile, by) {
      const user = await find(id)
      const changes = listChanges(user, readProfile(profile))
      if (changes.length === 0) return user
      try {
        await writeProfile(user, changes, factsOf(by))
      } catch (error) {
        // Changed meanwhile.
        if (error instanceof RequiredWriteError) return editing.changeProfile(id, profile, by)
        throw error
      }
      return find(id)
    },

    async endSession(id, sessionId, by) {
      await find(id)
      const session = await sessions.findLive(sessionId, id)
      if (!session) throw new AppError('not_found', 'There is no such session')
      const what = nameDevice(session.userAgent) ?? undefined
      const facts = { userId: id, sessionId, why: 'ended_by_admin', what, ...factsOf(by) }
      await sessions.end(sessionId, 'ended_by_admin', {
        writes: [auditLog.entry('session_ended', facts)],
      })
    },

    async forgetDevice(id, deviceId, by) {
      await find(id)
      await forgetDevice(id, deviceId, factsOf(by))
    },

    async delete(id, by) {
      if (id === by.id) {
        throw new AppError('conflict', 'Your own account is deleted on your account page')
      }
      await find(id)
      if (await deleteUser(id, factsOf(by))) return
      // Deleted already, by another admin: that is said, and else it is the last one.
      await find(id)
      throw refuseLastAdmin()
    },
  }
  return editing
}

function factsOf({ id, clientId, device }: Actor) {
  return { actorId: id, clientId, device }
}
