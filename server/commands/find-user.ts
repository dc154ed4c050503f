// The user that an operator names, by username or email address.

import type { UserRecord } from '../auth/users/users.ts'
import { AppError } from '../contract/app-error.ts'
import type { Services } from '../services.ts'

/** @throws AppError not_found, which says where to look */
export async function findUser({ users }: Services, name: string): Promise<UserRecord> {
  const user = await users.findByLogin(name)
  if (user) return user
  throw new AppError(
    'not_found',
    `There is no user "${name}". List users: npm run keycard -- list-users [--search <text>]`,
  )
}
