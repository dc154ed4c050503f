// The newest entries of the audit log about a user.

import { Link } from 'wouter'
import { appPages } from '../../../server/contract/app-pages.ts'
import type { UserDetails } from '../../../server/contract/user-details.ts'
import { trpc } from '../../api/trpc.ts'
import { LoadProblem } from '../../components/load-problem.tsx'
import { RelativeTime } from '../../components/relative-time.tsx'
import { auditStrings } from '../../strings/audit.ts'
import { userStrings } from '../../strings/user.ts'
import { AccountSection } from '../account/account-section.tsx'

const words = userStrings.activity

export function ActivitySection({ user }: { user: UserDetails }) {
  const query = trpc.audit.list.useQuery({ user: user.id, limit: 10 })
  const entries = query.data?.entries ?? []
  return (
    <AccountSection id="activity" heading={words.heading} note={words.note}>
      {query.isError && !query.data && (
        <LoadProblem
          cause={query.error}
          busy={query.isFetching}
          onRetry={() => void query.refetch()}
        />
      )}
      {query.data && entries.length === 0 && <p>{words.none}</p>}
      {entries.length > 0 && (
        <>
          <ul className="user-places" aria-label={words.listName}>
            {entries.map(({ id, event, at, actor, address }) => (
              <li key={id}>
                <div>
                  <b>{auditStrings.events[event]}</b>
                  <span className="meta" translate="no">
                    {[
                      actor !== null && actor.id !== user.id
                        ? words.by(actor.username ?? actor.id)
                        : null,
                      address,
                    ]
                      .filter(Boolean)
                      .join(' · ')}
                  </span>
                </div>
                <span className="meta">
                  <RelativeTime at={at} />
                </span>
              </li>
            ))}
          </ul>
          <p>
            <Link href={`${appPages.audit.path}?user=${encodeURIComponent(user.username)}`}>
              {words.all}
            </Link>
          </p>
        </>
      )}
    </AccountSection>
  )
}
