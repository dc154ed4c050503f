// The users as a table; on narrow screens each row lies as a card.

import type { User } from '../../../server/contract/users.ts'
import { formatDate } from '../../components/format.ts'
import { strings } from '../../strings/shell.ts'
import { usersStrings as words } from '../../strings/users.ts'

interface UserTableProps {
  users: readonly User[]
  total: number
  /** The page before, while the next one is on its way. */
  isStale: boolean
}

export function UserTable({ users, total, isStale }: UserTableProps) {
  return (
    <table className="panel users" aria-busy={isStale}>
      <caption>{words.caption(total)}</caption>
      <thead>
        <tr>
          <th scope="col">{words.name}</th>
          <th scope="col">{words.role}</th>
          <th scope="col">{words.state}</th>
          <th scope="col">{words.joined}</th>
        </tr>
      </thead>
      <tbody>
        {users.map((user) => (
          <tr key={user.id}>
            <th scope="row">
              <b dir="auto">{user.full_name ?? user.username}</b>
              <span className="meta">
                {[user.username, user.email].filter(Boolean).join(' · ')}
              </span>
            </th>
            <td>{strings.roles[user.role]}</td>
            <td>
              <span className="user-state">
                <span className={user.disabled ? 'led' : 'led on'} aria-hidden="true" />
                {user.disabled ? words.disabled : words.active}
              </span>
            </td>
            <td>
              <time dateTime={user.created_at}>{formatDate(Date.parse(user.created_at))}</time>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
