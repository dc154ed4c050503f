// The audit log for admins: what happened in every account, narrowed and exported.

import './audit.css'
import { keepPreviousData } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useLocation, useSearch } from 'wouter'
import { appPages } from '../../../server/contract/app-pages.ts'
import { trpc } from '../../api/trpc.ts'
import { LoadProblem } from '../../components/load-problem.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { ShowMore } from '../../components/show-more.tsx'
import { ListSkeleton } from '../../components/skeleton.tsx'
import { auditStrings as words } from '../../strings/audit.ts'
import { type AuditView, filterOf, hrefOf, readView } from './audit-address.ts'
import { AuditFilters } from './audit-filters.tsx'
import { AuditRow } from './audit-row.tsx'
import { ExportButtons } from './export-buttons.tsx'

export default function AuditPage() {
  const view = readView(useSearch())
  const [, navigate] = useLocation()
  const [notice, setNotice] = useState('')
  const filter = filterOf(view)
  const query = trpc.audit.list.useInfiniteQuery(
    { ...filter, limit: 50 },
    {
      getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
      select: ({ pages }) => pages.flatMap(({ entries }) => entries),
      placeholderData: keepPreviousData,
    },
  )
  const entries = query.data

  /** Typed letters add no steps to the history. */
  function show(change: Partial<AuditView>) {
    const isTyped = 'user' in change || 'address' in change
    navigate(hrefOf({ ...view, ...change }), { replace: isTyped })
  }

  return (
    <>
      <div className="page-head">
        <PageHeading title={appPages.audit.title} />
        <ExportButtons filter={filter} announce={setNotice} />
      </div>
      <p className="intro">{words.intro}</p>
      <AuditFilters view={view} onView={show} />
      <p className="audit-notice" role="status">
        {notice}
      </p>
      {query.isError && (
        <LoadProblem
          cause={query.error}
          busy={query.isFetching}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isPending && (
        <ListSkeleton className="audit-skeleton" rows={8}>
          <i className="bone" />
          <i className="bone wide" />
        </ListSkeleton>
      )}
      {entries?.length === 0 && (
        <div className="panel state">
          <h2>{words.emptyHeading}</h2>
          <p>{words.emptyText}</p>
          <Link className="btn" href={appPages.audit.path}>
            {words.clear}
          </Link>
        </div>
      )}
      {entries && entries.length > 0 && (
        <ul
          className={query.isPlaceholderData ? 'panel list stale' : 'panel list'}
          aria-label={words.listName}
        >
          {entries.map((entry) => (
            <li key={entry.id} id={entryId(entry.id)} tabIndex={-1}>
              <AuditRow entry={entry} view={view} />
            </li>
          ))}
        </ul>
      )}
      <ShowMore query={query} words={words} elementIdOf={entryId} announce={setNotice} />
    </>
  )
}

function entryId(id: string): string {
  return `entry-${id}`
}
