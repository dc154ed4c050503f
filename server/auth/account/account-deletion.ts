// Deleting one's own account, once its owner has proved again who they are (R65).

import type { Device } from '../../contract/device.ts'
import type { Reauthentication } from '../sign-in/reauthentication.ts'
import type { UserIdentity } from '../tokens/identity.ts'
import { refuseLastAdmin } from '../users/last-admin.ts'
import type { Users } from '../users/users.ts'
import type { DeleteUser } from './user-deletion.ts'

export interface AccountDeletionRequest {
  identity: UserIdentity
  currentPassword: string | undefined
  device: Device
}

/**
 * @throws AppError reauthentication_required (R65), and the errors of checking the password that is
 *   then sent; conflict where it is the last admin's
 */
export type AccountDeletion = (request: AccountDeletionRequest) => Promise<void>

interface AccountDeletionDeps {
  users: Users
  deleteUser: DeleteUser
  reauthentication: Pick<Reauthentication, 'require'>
}

export function createAccountDeletion(deps: AccountDeletionDeps): AccountDeletion {
  const { users, deleteUser, reauthentication } = deps
  return async ({ identity, currentPassword, device }) => {
    const { id } = await reauthentication.require({ identity, currentPassword, device })
    if (await deleteUser(id, { sessionId: identity.sessionId, device })) return
    // Deleted already, by another tab: this call answers the same.
    await users.getCaller(identity)
    throw refuseLastAdmin()
  }
}
