// The state of the whole installation, for admins: sign-ins as charts, and what needs looking at.

import '../users/users.css'
import { appPages } from '../../../server/contract/app-pages.ts'
import type { Overview } from '../../../server/contract/overview.ts'
import { trpc } from '../../api/trpc.ts'
import { LoadProblem } from '../../components/load-problem.tsx'
import { PageHeading } from '../../components/page-heading.tsx'
import { ListSkeleton } from '../../components/skeleton.tsx'
import { overviewStrings as words } from '../../strings/overview.ts'
import { Attention } from './attention.tsx'
import { BarChart } from './bar-chart.tsx'
import { sayCount } from './say-count.ts'

const refreshMs = 60_000

export default function OverviewPage() {
  const query = trpc.overview.get.useQuery({}, { refetchInterval: refreshMs })
  return (
    <>
      <PageHeading title={appPages.overview.title} />
      <p className="intro">{words.intro}</p>
      {query.isError && !query.data && (
        <LoadProblem
          cause={query.error}
          busy={query.isFetching}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.isPending && (
        <ListSkeleton className="overview-skeleton" rows={4}>
          <i className="bone" />
          <i className="bone wide" />
        </ListSkeleton>
      )}
      {query.data && <Numbers overview={query.data} />}
    </>
  )
}

const charts = ['signed_in', 'refused', 'closed'] as const

function Numbers({ overview }: { overview: Overview }) {
  const numbers = [
    [words.liveSessions, overview.live_sessions],
    [words.seenInDay, overview.users_seen_in_a_day],
    [words.seenInMonth, overview.users_seen_in_a_month],
    [words.throttled, overview.throttled_since_start],
  ] as const
  return (
    <>
      <Attention attention={overview.attention} />
      <section className="part" aria-labelledby="overview-now">
        <h2 id="overview-now">{words.numbers}</h2>
        <dl className="overview-numbers">
          {numbers.map(([name, number]) => (
            <div key={name} className="panel">
              <dt>{name}</dt>
              <dd>{sayCount(number)}</dd>
            </div>
          ))}
        </dl>
      </section>
      {(['day', 'month'] as const).map((period) => (
        <section key={period} className="part" aria-labelledby={`overview-${period}`}>
          <h2 id={`overview-${period}`}>{words[period]}</h2>
          <div className="overview-charts">
            {charts.map((name) => (
              <BarChart
                key={name}
                name={words[name]}
                counts={overview[period][name]}
                sinceMs={Date.parse(overview[period].since)}
                partMs={overview[period].part_seconds * 1_000}
                isBad={name !== 'signed_in'}
              />
            ))}
          </div>
        </section>
      ))}
      <p className="fine">{words.version(overview.version, words.databases[overview.database])}</p>
    </>
  )
}
