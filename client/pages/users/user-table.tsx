// The users as a table; on narrow screens each row is a card.

import type { ReactNode } from 'react'
import type { ListedUser } from '../../../server/contract/users.ts'
import { usersStrings as words } from '../../strings/users.ts'
import { moveByArrows } from './row-keys.ts'
import { SortHeader } from './sort-controls.tsx'
import type { UserAction } from './user-action.ts'
import { UserRow } from './user-row.tsx'
import type { UsersView } from './users-address.ts'

interface UserTableProps {
  users: readonly ListedUser[]
  caption: ReactNode
  view: UsersView
  /** The page before, while the next one is on its way. */
  isStale: boolean
  onView: (change: Partial<UsersView>) => void
  /** undefined where the token may only read. */
  onAction: ((user: ListedUser, action: UserAction) => void) | undefined
}

export function UserTable({ users, caption, view, isStale, onView, onAction }: UserTableProps) {
  const sorting = { sorting: view, onSort: onView }
  return (
    <table className="panel users" aria-busy={isStale}>
      <caption>{caption}</caption>
      <thead>
        <tr>
          <SortHeader column="username" {...sorting}>
            {words.name}
          </SortHeader>
          <SortHeader column="role" {...sorting}>
            {words.role}
          </SortHeader>
          <th scope="col">{words.state}</th>
          <SortHeader column="created_at" {...sorting}>
            {words.joined}
          </SortHeader>
          <SortHeader column="last_seen_at" {...sorting}>
            {words.lastSeen}
          </SortHeader>
          <th scope="col">{words.sessions}</th>
          {onAction && (
            <th scope="col">
              <span className="visually-hidden">{words.actions}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody onKeyDown={moveByArrows}>
        {users.map((user) => (
          <UserRow key={user.id} user={user} onAction={onAction} />
        ))}
      </tbody>
    </table>
  )
}
