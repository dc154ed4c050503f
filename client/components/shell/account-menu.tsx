// The avatar, and behind it the signed-in user and the way out.

import { type ComponentType, lazy, Suspense, useState } from 'react'
import { trpc } from '../../api/trpc.ts'
import { useCan } from '../../session/use-session.ts'
import { strings } from '../../strings/shell.ts'
import { initialsOf } from '../format.ts'
import { SignOutButton } from './sign-out-button.tsx'

const words = strings.shell
const menuId = 'account-menu'

/** Where its code does not arrive, the menu does without. */
const ThemeChoice = lazy<ComponentType>(() =>
  import('./theme-choice.tsx').catch(() => ({ default: () => null })),
)

export function AccountMenu() {
  const [wasOpened, setWasOpened] = useState(false)
  const canSeeMe = useCan('me')
  const { data: me } = trpc.users.me.useQuery(undefined, { enabled: canSeeMe })
  const name = me && (me.full_name ?? me.username)
  return (
    <div className="account-menu">
      <button type="button" className="avatar" popoverTarget={menuId}>
        <span aria-hidden="true">{name ? initialsOf(name) : '·'}</span>
        <span className="visually-hidden">
          {name ? words.accountMenu(name) : words.accountMenuUnnamed}
        </span>
      </button>
      <div id={menuId} className="popover" popover="auto" onToggle={() => setWasOpened(true)}>
        {me && (
          <p translate="no">
            <b dir="auto">{name}</b>
            <span className="meta">{me.email ?? me.username}</span>
          </p>
        )}
        {wasOpened && (
          <Suspense>
            <ThemeChoice />
          </Suspense>
        )}
        <SignOutButton />
      </div>
    </div>
  )
}
