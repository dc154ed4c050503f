// What an admin should look at: locked accounts, alarms, keys that have signed for long.

import { Link } from 'wouter'
import type { Overview } from '../../../server/contract/overview.ts'
import { RelativeTime } from '../../components/relative-time.tsx'
import { useCan } from '../../session/use-session.ts'
import { auditStrings } from '../../strings/audit.ts'
import { overviewStrings as words } from '../../strings/overview.ts'
import { hrefOfUser } from '../users/users-address.ts'

export function Attention({ attention }: { attention: Overview['attention'] }) {
  const { locked, alarms, old_keys } = attention
  const entries = [
    ...locked.map(({ user, at }) => ({ key: `locked ${user.id}`, text: words.locked, user, at })),
    ...alarms.map(({ id, event, user, at }) => ({
      key: id,
      text: auditStrings.events[event],
      user,
      at,
    })),
  ]
  const isCalm = entries.length === 0 && old_keys.length === 0
  return (
    <section className="part" aria-labelledby="overview-attention">
      <h2 id="overview-attention">{words.attention}</h2>
      {isCalm ? (
        <div className="panel state">
          <p>{words.nothing}</p>
        </div>
      ) : (
        <ul className="panel list" aria-label={words.attention}>
          {entries.map(({ key, text, user, at }) => (
            <li key={key} className="attention-entry">
              <b>{text}</b>
              <WhoIsMeant user={user} />
              <span className="meta">
                <RelativeTime at={at} />
              </span>
            </li>
          ))}
          {old_keys.map(({ kid, created_at }) => (
            <li key={kid} className="attention-entry">
              <b>{words.oldKey(kid)}</b>
              <span className="meta">
                <RelativeTime at={created_at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}

function WhoIsMeant({ user }: { user: { id: string; username: string } | null }) {
  const canReadUsers = useCan('users:read')
  if (user === null) return <span className="meta">{words.noUser}</span>
  if (!canReadUsers) return <span translate="no">{user.username}</span>
  return (
    <Link href={hrefOfUser(user.id)} translate="no">
      {user.username}
    </Link>
  )
}
