// Changing one's own profile. The email address signs in too, so changing it needs a proof (R65).

import type { Device } from '../../contract/device.ts'
import { RequiredWriteError } from '../../db/writes/required-write.ts'
import type { Reauthentication } from '../sign-in/reauthentication.ts'
import type { EnumerationThrottle } from '../throttle/enumeration-throttle.ts'
import type { UserIdentity } from '../tokens/identity.ts'
import { listChanges, type Profile, readProfile, type WriteProfile } from '../users/profile.ts'
import type { UserRecord, Users } from '../users/users.ts'

export interface ProfileChangeRequest extends Profile {
  identity: UserIdentity
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
  users: Users
  writeProfile: WriteProfile
  reauthentication: Pick<Reauthentication, 'require'>
  enumerationThrottle: EnumerationThrottle
}

export function createProfileChange(deps: ProfileChangeDeps): ProfileChange {
  const { users, writeProfile, reauthentication, enumerationThrottle } = deps
  const change: ProfileChange = async (given) => {
    const request = { ...given, ...readProfile(given) }
    const { identity, currentPassword, device } = request
    const user = await users.getCaller(identity)
    const changes = listChanges(user, request)
    if (changes.length === 0) return user
    const asksForAddress = changes.some(({ field }) => field === 'email')
    if (asksForAddress) {
      await reauthentication.require({ identity, currentPassword, device })
    }

    const { sessionId } = identity
    const write = () => writeProfile(user, changes, { sessionId, device })
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
