// Role and state of a user, the dialogs that change them, and a new password.

import { lazy, Suspense, useState } from 'react'
import { readFailure } from '../../api/failure.ts'
import { trpc } from '../../api/trpc.ts'
import { useLaterFocus } from '../../components/use-later-focus.ts'
import { strings } from '../../strings/shell.ts'
import { userStrings } from '../../strings/user.ts'
import { usersStrings } from '../../strings/users.ts'
import { AccountSection } from '../account/account-section.tsx'
import { findObstacle, listActions } from '../users/user-action.ts'
import { nameOf } from '../users/user-row.tsx'
import type { UserPart } from './user-part.ts'

const words = userStrings.access

const UserDialog = lazy(() => import('../users/user-dialog.tsx'))
const actions = ['changeRole', 'setPassword', 'disable', 'enable'] as const

export function AccessSection({ user, isSelf, canWrite, announce }: UserPart) {
  const enable = trpc.users.enable.useMutation()
  const focusLater = useLaterFocus()
  const [chosen, setChosen] = useState<Exclude<(typeof actions)[number], 'enable'>>()
  const name = nameOf(user)
  const offered = listActions(user, isSelf)

  function act(action: (typeof actions)[number]) {
    if (action !== 'enable') return setChosen(action)
    enable.mutate(
      { id: user.id },
      {
        onSuccess: () => announce(usersStrings.plainDone.enable(name)),
        onError: (error) =>
          announce(usersStrings.plainFailed.enable(name, readFailure(error).message)),
      },
    )
  }

  return (
    <AccountSection id="access" heading={words.heading} note={words.note}>
      <dl className="facts user-access">
        <div>
          <dt>{words.role}</dt>
          <dd>{strings.roles[user.role]}</dd>
        </div>
        <div>
          <dt>{words.state}</dt>
          <dd>{user.disabled ? userStrings.disabled : userStrings.active}</dd>
        </div>
      </dl>
      {canWrite && (
        <div className="actions">
          {actions
            .filter((action) => offered.includes(action))
            .map((action) => {
              const obstacle = findObstacle(action, user, isSelf)
              return (
                <button
                  key={action}
                  id={`user-${action}`}
                  type="button"
                  className={action === 'disable' ? 'btn danger' : 'btn'}
                  aria-disabled={obstacle !== undefined}
                  aria-describedby={obstacle && `user-${action}-note`}
                  onClick={() => {
                    if (obstacle === undefined) act(action)
                  }}
                >
                  {words[action]}
                </button>
              )
            })}
          {actions
            .filter((action) => offered.includes(action))
            .map((action) => {
              const obstacle = findObstacle(action, user, isSelf)
              return (
                obstacle && (
                  <p key={action} id={`user-${action}-note`} className="meta user-obstacle">
                    {words[action]}: {obstacle}
                  </p>
                )
              )
            })}
        </div>
      )}
      {chosen && (
        <Suspense>
          <UserDialog
            action={chosen}
            user={user}
            name={name}
            isSelf={isSelf}
            onDone={announce}
            onClose={() => {
              setChosen(undefined)
              focusLater(`user-${chosen === 'disable' && user.disabled ? 'enable' : chosen}`)
            }}
          />
        </Suspense>
      )}
    </AccountSection>
  )
}
