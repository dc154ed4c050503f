// Everybody who has an account: a table, page by page, with the page in the address.

import './users.css'
import { keepPreviousData } from '@tanstack/react-query'
import { Link, useSearch } from 'wouter'
import { pagePaths, pageTitles } from '../../../server/contract/pages.ts'
import type { UserPage } from '../../../server/contract/users.ts'
import { trpc } from '../../api/trpc.ts'
import { LoadProblem } from '../../components/load-problem.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { strings } from '../../strings/shell.ts'
import { usersStrings as words } from '../../strings/users.ts'
import { pageHref, readPage } from './page-number.ts'
import { UserTable } from './user-table.tsx'

const usersPerPage = 20

export default function UsersPage() {
  const page = readPage(useSearch())
  const query = trpc.users.list.useQuery(
    { page, per_page: usersPerPage },
    { placeholderData: keepPreviousData },
  )
  return (
    <>
      <PageHeading title={pageTitles[pagePaths.users] ?? ''} />
      <p className="intro">{words.intro}</p>
      {query.isError && (
        <LoadProblem
          cause={query.error}
          busy={query.isFetching}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isPending && <UsersSkeleton />}
      {query.data && <Users {...query.data} isStale={query.isPlaceholderData} />}
    </>
  )
}

function Users({ users, total, page, per_page, isStale }: UserPage & { isStale: boolean }) {
  const pages = Math.max(1, Math.ceil(total / per_page))
  if (users.length === 0) return <NoSuchPage page={page} />
  return (
    <>
      <UserTable users={users} total={total} isStale={isStale} />
      {pages > 1 && (
        <nav className="paging" aria-label={words.paging}>
          {page > 1 && (
            <Link className="btn" href={pageHref(page - 1)} rel="prev">
              {words.previous}
            </Link>
          )}
          <p role="status">{words.page(page, pages)}</p>
          {page < pages && (
            <Link className="btn" href={pageHref(page + 1)} rel="next">
              {words.next}
            </Link>
          )}
        </nav>
      )}
    </>
  )
}

function NoSuchPage({ page }: { page: number }) {
  return (
    <div className="panel state">
      <h2>{words.noSuchPage(page)}</h2>
      <p>{words.noSuchPageText}</p>
      <Link className="btn" href={pagePaths.users}>
        {words.firstPage}
      </Link>
    </div>
  )
}

function UsersSkeleton() {
  return (
    <div className="panel skeleton users-skeleton" aria-busy="true">
      <p className="visually-hidden" role="status">
        {strings.shell.loading}
      </p>
      <i className="bone wide" />
      <i className="bone" />
      <i className="bone wide" />
    </div>
  )
}
