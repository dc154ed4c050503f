// One user as an admin sees them: the row of the list, and what keeps them from signing in.

import { AppError } from '../../contract/app-error.ts'
import type { ReadSessionList, SessionList } from '../account/session-list.ts'
import type { ListedDevice, ReadDeviceList } from '../devices/device-list.ts'
import type { LoginThrottle, SignInLimits } from '../throttle/login-throttle.ts'
import type { ListedUser, UserDirectory } from '../users/user-directory.ts'

export interface DetailedUser extends ListedUser {
  limits: SignInLimits
}

/** Each of them throws AppError not_found where there is no such user. */
export interface UserDetails {
  get(id: string): Promise<DetailedUser>
  /** The live ones, by last use. */
  sessions(id: string): Promise<SessionList>
  /** The one used last first. */
  devices(id: string): Promise<ListedDevice[]>
}

interface UserDetailsDeps {
  userDirectory: Pick<UserDirectory, 'find'>
  loginThrottle: Pick<LoginThrottle, 'limitsOf'>
  readSessions: ReadSessionList
  readDevices: ReadDeviceList
}

export function createUserDetails(deps: UserDetailsDeps): UserDetails {
  const { userDirectory, loginThrottle, readSessions, readDevices } = deps

  async function find(id: string): Promise<ListedUser> {
    const user = await userDirectory.find(id)
    if (!user) throw new AppError('not_found', 'There is no such user')
    return user
  }

  return {
    async get(id) {
      const user = await find(id)
      return { ...user, limits: await loginThrottle.limitsOf(id) }
    },
    async sessions(id) {
      await find(id)
      return readSessions(id)
    },
    async devices(id) {
      await find(id)
      return readDevices(id)
    },
  }
}
