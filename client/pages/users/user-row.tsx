// One user in the table: their name, whether they can sign in, when they last did.

import { Link } from 'wouter'
import type { ListedUser } from '../../../server/contract/users.ts'
import { formatDate } from '../../components/format.ts'
import { RelativeTime } from '../../components/relative-time.tsx'
import { useAccessToken } from '../../session/use-session.ts'
import { strings } from '../../strings/shell.ts'
import { usersStrings as words } from '../../strings/users.ts'
import type { UserAction } from './user-action.ts'
import { UserMenu } from './user-menu.tsx'
import { hrefOfUser } from './users-address.ts'

interface UserRowProps {
  user: ListedUser
  /** undefined where the token may only read. */
  onAction: ((user: ListedUser, action: UserAction) => void) | undefined
}

export function UserRow({ user, onAction }: UserRowProps) {
  const name = nameOf(user)
  const isSelf = useAccessToken()?.userId === user.id
  return (
    <tr>
      <th scope="row">
        <b>
          <Link href={hrefOfUser(user.id)} className="user-link">
            <bdi translate="no">{name}</bdi>
          </Link>{' '}
          {isSelf && <span className="tag">{words.you}</span>}
        </b>
        <span className="meta" translate="no">
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
        <span className="cell-label">{words.joined}</span>
        <time dateTime={user.created_at}>{formatDate(Date.parse(user.created_at))}</time>
      </td>
      <td>
        <span className="cell-label">{words.lastSeen}</span>
        {user.last_seen_at === null ? words.never : <RelativeTime at={user.last_seen_at} />}
      </td>
      <td>
        <span className="cell-label">{words.sessions}</span>
        {user.session_count}
      </td>
      {onAction && (
        <td className="user-menu-cell">
          <UserMenu
            user={user}
            name={name}
            isSelf={isSelf}
            onAction={(action) => onAction(user, action)}
          />
        </td>
      )}
    </tr>
  )
}

/** What a user is called here. */
export function nameOf({ full_name, username }: ListedUser): string {
  return full_name ?? username
}
