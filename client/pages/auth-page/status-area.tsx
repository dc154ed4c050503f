// The page's messages: where it leads, an error, or the wait, in one reserved cell.

import type { SignInView } from '../../../server/contract/pages/sign-in-page.ts'
import { signInStrings as words } from '../../strings/sign-in.ts'
import { formatCountdown } from './use-countdown.ts'

interface StatusAreaProps {
  view: Pick<SignInView, 'tone' | 'message'>
  secondsLeft: number
  /** Set while an attempt takes long. */
  onCancel: (() => void) | undefined
}

export function StatusArea({ view, secondsLeft, onCancel }: StatusAreaProps) {
  return (
    <div className="status">
      <p className="lead">{words.lead}</p>
      <div className={`alert ${view.tone}`} role="alert">
        {secondsLeft > 0 ? (
          <Countdown message={view.message} secondsLeft={secondsLeft} />
        ) : (
          view.message
        )}
      </div>
      {onCancel && (
        <p className="waiting">
          {words.stillWorking}
          <button type="button" className="link-button" onClick={onCancel}>
            {words.cancel}
          </button>
        </p>
      )}
    </div>
  )
}

/** Heard once, seen every second. */
function Countdown({ message, secondsLeft }: { message: string; secondsLeft: number }) {
  return (
    <>
      <span className="visually-hidden">{message}</span>
      <span aria-hidden="true">
        {words.throttled} <span className="countdown">{formatCountdown(secondsLeft)}</span>.
      </span>
    </>
  )
}
