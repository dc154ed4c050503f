// The menu of a row: what can be done to this user. It closes by itself, and the focus comes back.

import { Link } from 'wouter'
import { appPages } from '../../../server/contract/app-pages.ts'
import type { ListedUser } from '../../../server/contract/users.ts'
import { usersStrings as words } from '../../strings/users.ts'
import { findObstacle, listActions, type UserAction } from './user-action.ts'

interface UserMenuProps {
  user: ListedUser
  name: string
  isSelf: boolean
  onAction: (action: UserAction) => void
}

export function UserMenu({ user, name, isSelf, onAction }: UserMenuProps) {
  const menuId = `menu-${user.id}`
  return (
    <>
      <button
        type="button"
        id={menuButtonId(user.id)}
        className="btn quiet user-menu-button"
        aria-label={words.menuOf(name)}
        popoverTarget={menuId}
      >
        <span aria-hidden="true">⋯</span>
      </button>
      <div id={menuId} className="popover user-menu" popover="auto">
        {isSelf && (
          <Link className="btn quiet" href={appPages.account.path}>
            {words.yourAccount}
          </Link>
        )}
        {listActions(user, isSelf).map((action) => (
          <MenuButton
            key={action}
            menuId={menuId}
            action={action}
            obstacle={findObstacle(action, user, isSelf)}
            onAction={onAction}
          />
        ))}
      </div>
    </>
  )
}

interface MenuButtonProps {
  menuId: string
  action: UserAction
  obstacle: string | undefined
  onAction: (action: UserAction) => void
}

/** What cannot be done stays, and says why. */
function MenuButton({ menuId, action, obstacle, onAction }: MenuButtonProps) {
  const className = action === 'disable' ? 'btn quiet danger' : 'btn quiet'
  if (obstacle === undefined) {
    return (
      <button
        type="button"
        className={className}
        popoverTarget={menuId}
        popoverTargetAction="hide"
        onClick={() => onAction(action)}
      >
        {words[action]}
      </button>
    )
  }
  const noteId = `${menuId}-${action}`
  return (
    <>
      <button type="button" className={className} aria-disabled="true" aria-describedby={noteId}>
        {words[action]}
      </button>
      <p id={noteId} className="meta">
        {obstacle}
      </p>
    </>
  )
}

/** Where the focus returns when an action is done. */
export function menuButtonId(userId: string): string {
  return `user-${userId}`
}
