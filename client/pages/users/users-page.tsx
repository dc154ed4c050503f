// All users with an account: searched, sorted, page by page; and what admins do to them.

import './users.css'
import { keepPreviousData } from '@tanstack/react-query'
import { lazy, Suspense, useState } from 'react'
import { Link, useLocation, useSearch } from 'wouter'
import { appPages } from '../../../server/contract/app-pages.ts'
import { userSearchMaxLength } from '../../../server/contract/user-order.ts'
import type { UserPage } from '../../../server/contract/users.ts'
import { trpc } from '../../api/trpc.ts'
import { SearchField } from '../../components/forms/search-field.tsx'
import { LoadProblem } from '../../components/load-problem.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { ListSkeleton } from '../../components/skeleton.tsx'
import { useLaterFocus } from '../../components/use-later-focus.ts'
import { useCan } from '../../session/use-session.ts'
import { usersStrings as words } from '../../strings/users.ts'
import { enterByArrow } from './row-keys.ts'
import { SortSelect } from './sort-controls.tsx'
import { UserFilters } from './user-filters.tsx'
import { captionOf, sayNobody, UserList } from './user-list.tsx'
import { hrefOf, isNarrowed, readView, type UsersView, usersPerPage } from './users-address.ts'

/** With the words of which passwords are made: loaded when it is opened. */
const CreateUserDialog = lazy(() =>
  import('./create-user-dialog.tsx').then((code) => ({ default: code.CreateUserDialog })),
)

const addButtonId = 'add-user'

export default function UsersPage() {
  const canWrite = useCan('users:write')
  const canReadAudit = useCan('audit:read')
  const view = readView(useSearch())
  const [, navigate] = useLocation()
  const [isAdding, setIsAdding] = useState(false)
  const [notice, setNotice] = useState('')
  const focusLater = useLaterFocus()
  const list = trpc.useUtils().users.list
  const query = trpc.users.list.useQuery(
    {
      ...view,
      role: view.role || undefined,
      state: view.state || undefined,
      per_page: usersPerPage,
    },
    { placeholderData: keepPreviousData },
  )

  /** Another search or order begins at its first page. Typed letters add no steps to the history. */
  function show(change: Partial<UsersView>) {
    navigate(hrefOf({ ...view, page: 1, ...change }), { replace: 'search' in change })
  }

  function announce(text: string) {
    setNotice(text)
    void list.invalidate()
  }

  return (
    <>
      <div className="page-head">
        <PageHeading title={appPages.users.title} />
        {canWrite && (
          <button
            type="button"
            id={addButtonId}
            className="btn primary"
            onClick={() => setIsAdding(true)}
          >
            {words.add}
          </button>
        )}
      </div>
      <p className="intro">
        {words.intro}{' '}
        {canReadAudit && (
          <>
            <Link href={appPages.overview.path}>{appPages.overview.title}</Link>
            {' · '}
            <Link href={appPages.audit.path}>{words.auditLink}</Link>
          </>
        )}
      </p>
      <div className="user-tools">
        <search className="user-search" onKeyDown={enterByArrow}>
          <SearchField
            id="user-search"
            label={words.search}
            value={view.search}
            maxLength={userSearchMaxLength}
            onSearch={(search) => show({ search })}
          />
          <UserFilters view={view} onView={show} />
        </search>
        <SortSelect sorting={view} onSort={show} />
      </div>

      <p className="visually-hidden" role="status">
        {query.data && !query.isPlaceholderData && sayFound(query.data, view)}
      </p>
      {query.isError && (
        <LoadProblem
          cause={query.error}
          busy={query.isFetching}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isPending && (
        <ListSkeleton className="users-skeleton" rows={8}>
          <i className="bone" />
          <i className="bone wide" />
        </ListSkeleton>
      )}
      {query.data && (
        <UserList
          {...query.data}
          view={view}
          isStale={query.isPlaceholderData}
          canWrite={canWrite}
          onView={show}
          announce={announce}
        />
      )}

      {isAdding && (
        <Suspense>
          <CreateUserDialog
            onDone={(user) => announce(words.created(user.full_name ?? user.username))}
            onClose={() => {
              setIsAdding(false)
              focusLater(addButtonId)
            }}
          />
        </Suspense>
      )}
      <p className="users-notice" role="status">
        {notice}
      </p>
    </>
  )
}

/** For users who do not see the list change below the search. */
function sayFound(page: Omit<UserPage, 'users'>, view: UsersView): string {
  if (!isNarrowed(view)) return ''
  if (page.is_cut) return `${words.tooManyFound(view.search)}. ${words.narrow}`
  return page.total === 0 ? sayNobody(view.search) : captionOf(page, view)
}
