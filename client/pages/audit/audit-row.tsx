// One entry: when, what and who; opened, all that the log has of it.

import { Link } from 'wouter'
import type { AuditEntry } from '../../../server/contract/audit.ts'
import { formatDateTime } from '../../components/format.ts'
import { auditStrings as words } from '../../strings/audit.ts'
import { type AuditView, hrefOf } from './audit-address.ts'

type Party = AuditEntry['user']

export function AuditRow({ entry, view }: { entry: AuditEntry; view: AuditView }) {
  const { user, actor, address } = entry
  const isByOther = actor !== null && actor.id !== user?.id
  return (
    <details className="audit-row">
      <summary>
        <time dateTime={entry.at}>{formatDateTime(Date.parse(entry.at))}</time>
        <strong>{words.events[entry.event]}</strong>
        <span className="meta" translate="no">
          {nameOf(user)} {isByOther && words.by(nameOf(actor))}
        </span>
      </summary>
      <dl>
        {factsOf(entry).map(([name, value]) => (
          <div key={name}>
            <dt>{words.facts[name]}</dt>
            <dd translate="no">{value}</dd>
          </div>
        ))}
      </dl>
      <p className="audit-links">
        {user !== null && (
          <Link href={hrefOf({ ...view, user: user.username ?? user.id })}>{words.onlyUser}</Link>
        )}
        {address !== null && <Link href={hrefOf({ ...view, address })}>{words.onlyAddress}</Link>}
      </p>
    </details>
  )
}

function nameOf(party: Party): string {
  return party === null ? words.noOne : (party.username ?? party.id)
}

function idOf(party: Party): string | null {
  if (party === null) return null
  return party.username === null ? party.id : `${party.username} (${party.id})`
}

type FactName = keyof typeof words.facts

/** Only what the entry has. */
function factsOf(entry: AuditEntry): [FactName, string][] {
  const facts: [FactName, string | null][] = [
    ['at', entry.at],
    ['user', idOf(entry.user)],
    ['actor', idOf(entry.actor)],
    ['why', entry.why],
    ['what', entry.what],
    ['address', entry.address],
    ['device', entry.device],
    ['user_agent', entry.user_agent],
    ['session_id', entry.session_id],
    ['client_id', entry.client_id],
    ['id', entry.id],
  ]
  return facts.filter((fact): fact is [FactName, string] => fact[1] !== null)
}
