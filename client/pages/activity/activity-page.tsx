// Your activity: every sign-in and change of your account, day by day.

import './activity.css'
import { useState } from 'react'
import { Link } from 'wouter'
import { appPages } from '../../../server/contract/app-pages.ts'
import { trpc } from '../../api/trpc.ts'
import { LoadProblem } from '../../components/load-problem.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { ShowMore } from '../../components/show-more.tsx'
import { ListSkeleton } from '../../components/skeleton.tsx'
import { activityStrings as words } from '../../strings/activity.ts'
import { groupByDay } from './activity-days.ts'
import { ActivityItem } from './activity-item.tsx'

export default function ActivityPage() {
  const [shown, setShown] = useState('')
  const query = trpc.activity.list.useInfiniteQuery(
    { limit: 20 },
    {
      getNextPageParam: ({ next_cursor }) => next_cursor ?? undefined,
      select: ({ pages }) => pages.flatMap(({ entries }) => entries),
    },
  )
  const entries = query.data

  return (
    <>
      <PageHeading title={appPages.activity.title} />
      <p className="intro">
        {words.intro} {words.notYou} <Link href={appPages.account.path}>{words.notYouLink}</Link>.
      </p>
      {query.isPending && (
        <ListSkeleton className="activity-skeleton" rows={6}>
          <i className="bone wide" />
          <i className="bone" />
        </ListSkeleton>
      )}
      {query.isError && !entries && (
        <LoadProblem
          cause={query.error}
          busy={query.isFetching}
          onRetry={() => void query.refetch()}
        />
      )}
      {entries?.length === 0 && (
        <div className="panel state">
          <h2>{words.emptyHeading}</h2>
          <p>{words.emptyText}</p>
        </div>
      )}
      {groupByDay(entries ?? [], Date.now()).map(({ title, entries }) => (
        <section key={title} className="activity-day">
          <h2>{title}</h2>
          <ul className="panel list" aria-label={words.listName(title)}>
            {entries.map((entry) => (
              <li key={entry.id} id={entryId(entry.id)} tabIndex={-1}>
                <ActivityItem entry={entry} />
              </li>
            ))}
          </ul>
        </section>
      ))}
      <ShowMore query={query} words={words} elementIdOf={entryId} announce={setShown} />
      <p className="visually-hidden" role="status">
        {shown}
      </p>
    </>
  )
}

function entryId(id: string): string {
  return `entry-${id}`
}
