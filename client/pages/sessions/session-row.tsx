// One of the other sessions: what the user can recognise it by, and its actions.

import { isBuiltInClient } from '../../../server/contract/oauth.ts'
import type { Session } from '../../../server/contract/sessions.ts'
import { formatDateTime } from '../../components/format.ts'
import { RelativeTime } from '../../components/relative-time.tsx'
import { Doors } from '../../components/shell/doors.tsx'
import { sessionsStrings as words } from '../../strings/sessions.ts'
import { NewDeviceQuestion } from './new-device-question.tsx'
import { formatEnd, formatMoment } from './session-times.ts'
import { describeScopes, nameSession } from './session-words.ts'

export interface SessionRowActions {
  onEnd: () => void
  /** undefined where this session may not answer. */
  onConfirm: (() => void) | undefined
  onDisown: () => void
}

interface SessionRowProps {
  session: Session
  /** Whether its sign-in is among the security notices that this browser has not dismissed. */
  isNews: boolean
  /** undefined where the token may only read. */
  actions: SessionRowActions | undefined
}

/** A browser in use refreshes more often than this. */
const activeForMs = 15 * 60_000

export function SessionRow({ session, isNews, actions }: SessionRowProps) {
  const name = nameSession(session)
  const nowMs = Date.now()
  const beganAtMs = Date.parse(session.created_at)
  const isActive = nowMs - Date.parse(session.last_used_at) < activeForMs
  const isQuestion =
    session.is_new_device && actions !== undefined && (actions.onConfirm !== undefined || isNews)
  const isOfOwnClient = isBuiltInClient(session.client_id)
  return (
    <div className="session">
      <span className="session-card" aria-hidden="true">
        <span className={isActive ? 'led on' : 'led'} />
      </span>
      <div className="session-text">
        <h3>
          {`${session.transport === 'bearer' ? words.throughToken(name) : name} `}
          {session.is_new_device && <span className="tag warn">{words.newDevice}</span>}
        </h3>
        <p className="meta">
          <span>
            {isActive ? words.active : words.lastUsed} <RelativeTime at={session.last_used_at} />
          </span>
          <span className="mono">{session.address ?? words.unknownAddress}</span>
          {!isOfOwnClient && <span>{session.client_name}</span>}
        </p>
        <p className="meta">
          <span>
            {words.signedIn}{' '}
            <time dateTime={session.created_at} title={formatDateTime(beganAtMs)}>
              {formatMoment(beganAtMs, nowMs)}
            </time>{' '}
            {session.transport === 'bearer' ? words.atTokenEndpoint : words.withPassword}
          </span>
          <span>
            {words.lastsUntil} {formatEnd(Date.parse(session.ends_at), session.idle_seconds, nowMs)}
          </span>
        </p>
        <p className="session-doors">
          <Doors open={session.scopes} />
          <span>{describeScopes(session.scopes).join(', ')}</span>
        </p>
      </div>
      {isQuestion && (
        <NewDeviceQuestion
          session={session}
          onConfirm={actions.onConfirm}
          onDisown={actions.onDisown}
        />
      )}
      {actions && !isQuestion && (
        <div className="actions">
          <button
            type="button"
            className="btn"
            id={endButtonId(session.id)}
            aria-label={words.signOutNamed(name)}
            onClick={actions.onEnd}
          >
            {words.signOut}
          </button>
        </div>
      )}
    </div>
  )
}

/** Where the focus goes once a question has been answered. */
export function endButtonId(sessionId: string): string {
  return `end-${sessionId}`
}
