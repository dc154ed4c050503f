// "Was this you?", asked about a session on a device that the user had not signed in with before.

import type { Session } from '../../../server/contract/sessions.ts'
import { RelativeTime } from '../../components/relative-time.tsx'
import { sessionsStrings as words } from '../../strings/sessions.ts'
import { nameSession } from './session-words.ts'

interface NewDeviceQuestionProps {
  session: Session
  /** undefined where the session of this browser is the younger one: its answer would not count. */
  onConfirm: (() => void) | undefined
  onDisown: () => void
}

export function NewDeviceQuestion({ session, onConfirm, onDisown }: NewDeviceQuestionProps) {
  const name = nameSession(session)
  return (
    <div className="session-question">
      <p>
        {words.newSignIn} <RelativeTime at={session.created_at} />{' '}
        {onConfirm ? words.wasItYou : words.notYou}
      </p>
      <div className="actions">
        {onConfirm && (
          <button
            type="button"
            className="btn quiet"
            aria-label={words.yesNamed(name)}
            onClick={onConfirm}
          >
            {words.yes}
          </button>
        )}
        <button
          type="button"
          className="btn danger"
          aria-label={onConfirm ? words.noNamed(name) : words.signOutNamed(name)}
          onClick={onDisown}
        >
          {onConfirm ? words.no : words.signOut}
        </button>
      </div>
    </div>
  )
}
