// The table with its pages, or what stands in its place; and the dialog about the user who was chosen.

import { type ComponentType, useState } from 'react'
import { Link } from 'wouter'
import { pagePaths } from '../../../server/contract/pages.ts'
import type { ListedUser, UserPage } from '../../../server/contract/users.ts'
import { readFailure } from '../../api/failure.ts'
import { trpc } from '../../api/trpc.ts'
import { useLaterFocus } from '../../components/use-later-focus.ts'
import { useAccessToken } from '../../session/use-session.ts'
import { usersStrings as words } from '../../strings/users.ts'
import { ChangeRoleDialog } from './change-role-dialog.tsx'
import { DisableUserDialog } from './disable-user-dialog.tsx'
import { EndSessionsDialog } from './end-sessions-dialog.tsx'
import { SetPasswordDialog } from './set-password-dialog.tsx'
import type { UserAction } from './user-action.ts'
import type { UserDialogProps } from './user-dialog-props.ts'
import { menuButtonId } from './user-menu.tsx'
import { nameOf } from './user-row.tsx'
import { UserTable } from './user-table.tsx'
import { hrefOf, type UsersView } from './users-address.ts'

interface UserListProps extends UserPage {
  view: UsersView
  isStale: boolean
  canWrite: boolean
  onView: (change: Partial<UsersView>) => void
  /** Something has changed: says what, and looks again. */
  announce: (text: string) => void
}

/** What takes nothing from anybody is done without a question. */
type PlainAction = 'enable' | 'unlock'

const dialogs: Record<Exclude<UserAction, PlainAction>, ComponentType<UserDialogProps>> = {
  changeRole: ChangeRoleDialog,
  setPassword: SetPasswordDialog,
  endSessions: EndSessionsDialog,
  disable: DisableUserDialog,
}

export function UserList(props: UserListProps) {
  const { users, total, page, per_page, view, isStale, canWrite, onView, announce } = props
  const ownId = useAccessToken()?.userId
  const [chosen, setChosen] = useState<{ user: ListedUser; action: keyof typeof dialogs }>()
  const focusLater = useLaterFocus()
  const plain = {
    enable: trpc.users.enable.useMutation(),
    unlock: trpc.users.unlock.useMutation(),
  } satisfies Record<PlainAction, unknown>

  function act(user: ListedUser, action: UserAction) {
    if (action !== 'enable' && action !== 'unlock') return setChosen({ user, action })
    plain[action].mutate(
      { id: user.id },
      {
        onSuccess: () => announce(words.plainDone[action](nameOf(user))),
        onError: (error) =>
          announce(words.plainFailed[action](nameOf(user), readFailure(error).message)),
      },
    )
  }

  if (total === 0 && view.search !== '') return <NobodyFound search={view.search} />
  if (users.length === 0) return <NoSuchPage page={page} view={view} />

  const Dialog = chosen && dialogs[chosen.action]
  return (
    <>
      <UserTable
        users={users}
        caption={view.search === '' ? words.caption(total) : words.captionFound(total, view.search)}
        view={view}
        isStale={isStale}
        onView={onView}
        onAction={canWrite ? act : undefined}
      />
      <Paging page={page} pages={Math.ceil(total / per_page)} view={view} />
      {Dialog && (
        <Dialog
          user={chosen.user}
          name={nameOf(chosen.user)}
          isSelf={chosen.user.id === ownId}
          onDone={announce}
          onClose={() => {
            setChosen(undefined)
            focusLater(menuButtonId(chosen.user.id))
          }}
        />
      )}
    </>
  )
}

function Paging({ page, pages, view }: { page: number; pages: number; view: UsersView }) {
  if (pages <= 1) return null
  return (
    <nav className="paging" aria-label={words.paging}>
      {page > 1 && (
        <Link className="btn" href={hrefOf({ ...view, page: page - 1 })} rel="prev">
          {words.previous}
        </Link>
      )}
      <p role="status">{words.page(page, pages)}</p>
      {page < pages && (
        <Link className="btn" href={hrefOf({ ...view, page: page + 1 })} rel="next">
          {words.next}
        </Link>
      )}
    </nav>
  )
}

function NobodyFound({ search }: { search: string }) {
  return (
    <div className="panel state">
      <h2>{words.nobodyFound(search)}</h2>
      <p>{words.nobodyFoundText}</p>
      <Link className="btn" href={pagePaths.users}>
        {words.clearSearch}
      </Link>
    </div>
  )
}

function NoSuchPage({ page, view }: { page: number; view: UsersView }) {
  return (
    <div className="panel state">
      <h2>{words.noSuchPage(page)}</h2>
      <p>{words.noSuchPageText}</p>
      <Link className="btn" href={hrefOf({ ...view, page: 1 })}>
        {words.firstPage}
      </Link>
    </div>
  )
}
