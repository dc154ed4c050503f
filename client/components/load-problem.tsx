// Shown in place of something that did not load: why, and a button to try again.

import { readFailure } from '../api/failure.ts'
import { strings } from '../strings/shell.ts'
import AccessDenied from './access-denied.tsx'

const words = strings.failure

interface LoadProblemProps {
  cause: unknown
  /** While it is retried, the button stays where it is. */
  busy: boolean
  onRetry: () => void
}

export function LoadProblem({ cause, busy, onRetry }: LoadProblemProps) {
  const { message, reason, scope } = readFailure(cause)
  // The token's scope was narrower than the page assumed, or the role has changed meanwhile.
  if (reason === 'insufficient_scope') return <AccessDenied scope={scope} />
  return (
    <div className="panel state" role="alert">
      <h2>{words.loadHeading}</h2>
      <p>{message}</p>
      <button
        type="button"
        className="btn"
        aria-disabled={busy}
        onClick={() => {
          if (!busy) onRetry()
        }}
      >
        {words.retry}
      </button>
    </div>
  )
}
