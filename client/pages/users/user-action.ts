// What can be done to a user from the menu of the row, and what prevents it.

import type { ListedUser } from '../../../server/contract/users.ts'
import { usersStrings as words } from '../../strings/users.ts'

export type UserAction =
  | 'setPassword'
  | 'changeRole'
  | 'unlock'
  | 'endSessions'
  | 'disable'
  | 'enable'

/** An action that takes nothing away needs no confirmation. */
export type PlainAction = 'enable' | 'unlock'
export type DialogAction = Exclude<UserAction, PlainAction>

/** In the order of the menu. One's own password and sessions have pages of their own. */
export function listActions(user: ListedUser, isSelf: boolean): UserAction[] {
  const switching = user.disabled ? 'enable' : 'disable'
  if (isSelf) return ['changeRole', switching]
  return ['changeRole', 'setPassword', 'unlock', 'endSessions', switching]
}

/** Why it cannot be done now, as the server would say; undefined where it can. */
export function findObstacle(
  action: UserAction,
  user: ListedUser,
  isSelf: boolean,
): string | undefined {
  const takesAdmin = action === 'changeRole' || action === 'disable'
  if (takesAdmin && user.is_last_admin) return words.lastAdmin
  if (action === 'disable' && isSelf) return words.notYourself
  if (action === 'endSessions' && user.session_count === 0) return words.noSessions
  return undefined
}
