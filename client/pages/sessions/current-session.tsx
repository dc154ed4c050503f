// The session of this browser: the user's card, beside its facts, and the way out.

import type { Session } from '../../../server/contract/sessions.ts'
import { formatDateTime } from '../../components/format.ts'
import { Keycard } from '../../components/shell/keycard.tsx'
import { SignOutButton } from '../../components/shell/sign-out-button.tsx'
import { formatCardNumber } from '../../session/card-number.ts'
import { sessionsStrings as words } from '../../strings/sessions.ts'
import { formatEnd, formatMoment } from './session-times.ts'
import { describeScopes, nameSession } from './session-words.ts'

interface CurrentSessionProps {
  session: Session
  /** Of the user: it stands on the card. */
  holder: string
}

export function CurrentSession({ session, holder }: CurrentSessionProps) {
  const nowMs = Date.now()
  const beganAtMs = Date.parse(session.created_at)
  const endsAtMs = Date.parse(session.ends_at)
  return (
    <section className="current-session" aria-labelledby="current-heading">
      <Keycard name={holder} number={formatCardNumber(session.id)} opens={session.scopes} />
      <div>
        <h2 id="current-heading">
          {nameSession(session)} <span className="tag">{words.thisDevice}</span>
        </h2>
        <dl>
          <dt>{words.signedIn}</dt>
          <dd className="sentence">
            <time dateTime={session.created_at} title={formatDateTime(beganAtMs)}>
              {formatMoment(beganAtMs, nowMs)}
            </time>{' '}
            {words.withPassword}
          </dd>
          <dt>{words.from}</dt>
          <dd className="mono">{session.address ?? words.unknownAddress}</dd>
          <dt>{words.opens}</dt>
          <dd>{describeScopes(session.scopes).join(', ')}</dd>
          <dt>{words.lastsUntil}</dt>
          <dd>
            <time dateTime={session.ends_at} title={formatDateTime(endsAtMs)}>
              {formatEnd(endsAtMs, session.idle_seconds, nowMs)}
            </time>
          </dd>
        </dl>
        <SignOutButton />
      </div>
    </section>
  )
}
