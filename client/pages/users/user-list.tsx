// The table with its pages, or what stands in its place; and the dialog about the chosen user.

import { lazy, Suspense, useState } from 'react'
import { Link } from 'wouter'
import { appPages } from '../../../server/contract/app-pages.ts'
import type { ListedUser, UserPage } from '../../../server/contract/users.ts'
import { readFailure } from '../../api/failure.ts'
import { trpc } from '../../api/trpc.ts'
import { useLaterFocus } from '../../components/use-later-focus.ts'
import { useAccessToken } from '../../session/use-session.ts'
import { usersStrings as words } from '../../strings/users.ts'
import type { DialogAction, PlainAction, UserAction } from './user-action.ts'
import { menuButtonId } from './user-menu.tsx'
import { nameOf } from './user-row.tsx'
import { UserTable } from './user-table.tsx'
import { hrefOf, isNarrowed, lastPage, type UsersView } from './users-address.ts'

interface UserListProps extends UserPage {
  view: UsersView
  isStale: boolean
  canWrite: boolean
  onView: (change: Partial<UsersView>) => void
  /** Something has changed: says what, and loads the list again. */
  announce: (text: string) => void
}

const UserDialog = lazy(() => import('./user-dialog.tsx'))

export function UserList(props: UserListProps) {
  const { users, total, is_cut, page, per_page, view, isStale, canWrite, onView, announce } = props
  const ownId = useAccessToken()?.userId
  const [chosen, setChosen] = useState<{ user: ListedUser; action: DialogAction }>()
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

  if (total === 0 && isNarrowed(view)) return <NobodyFound search={view.search} isCut={is_cut} />
  if (users.length === 0) return <NoSuchPage page={page} view={view} />

  return (
    <>
      {is_cut && <p className="narrow">{words.narrow}</p>}
      <UserTable
        users={users}
        caption={captionOf(props, view)}
        view={view}
        isStale={isStale}
        onView={onView}
        onAction={canWrite ? act : undefined}
      />
      <Paging
        page={page}
        pages={props.has_more_than_total ? undefined : Math.ceil(total / per_page)}
        hasNext={props.next_cursor !== null}
        view={view}
      />
      {chosen && (
        <Suspense>
          <UserDialog
            action={chosen.action}
            user={chosen.user}
            name={nameOf(chosen.user)}
            isSelf={chosen.user.id === ownId}
            onDone={announce}
            onClose={() => {
              setChosen(undefined)
              focusLater(menuButtonId(chosen.user.id))
            }}
          />
        </Suspense>
      )}
    </>
  )
}

export function captionOf(
  { total, has_more_than_total, is_cut }: Omit<UserPage, 'users'>,
  view: UsersView,
): string {
  if (is_cut) return words.captionCut(view.search)
  const isFiltered = view.role !== '' || view.state !== ''
  const caption =
    view.search === ''
      ? words.caption(total, has_more_than_total)
      : words.captionFound(total, has_more_than_total, view.search)
  return isFiltered ? words.captionFiltered(caption) : caption
}

/** Another page begins where this one began. */
function toTop(): void {
  scrollTo(0, 0)
}

interface PagingProps {
  page: number
  /** undefined where there are too many to be counted. */
  pages: number | undefined
  hasNext: boolean
  view: UsersView
}

/** Hidden links keep their places: the others stay where they are. */
function Paging({ page, pages, hasNext, view }: PagingProps) {
  if (page === 1 && !hasNext) return null
  const isLastNumber = page === lastPage
  return (
    <nav className="paging" aria-label={words.paging}>
      <Link
        className="btn"
        href={hrefOf({ ...view, page: page - 1 })}
        rel="prev"
        hidden={page === 1}
        onClick={toTop}
      >
        {words.previous}
      </Link>
      <Link
        className="btn"
        href={hrefOf({ ...view, page: page + 1 })}
        rel="next"
        hidden={!hasNext || isLastNumber}
        onClick={toTop}
      >
        {words.next}
      </Link>
      <p role="status">
        {words.page(page, pages)}
        {hasNext && isLastNumber && ` ${words.pagesEnd}`}
      </p>
    </nav>
  )
}

function NobodyFound({ search, isCut }: { search: string; isCut: boolean }) {
  return (
    <div className="panel state">
      <h2>{isCut ? words.tooManyFound(search) : sayNobody(search)}</h2>
      <p>{isCut ? words.narrow : words.nobodyFoundText}</p>
      <Link className="btn" href={appPages.users.path}>
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

/** Where there is no search, the filters leave no one. */
export function sayNobody(search: string): string {
  return search === '' ? words.nobodyFiltered : words.nobodyFound(search)
}
