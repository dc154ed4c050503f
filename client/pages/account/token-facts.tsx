// What this tab holds: the access token's number and the time it has left.

import { formatDuration } from '../../components/format.ts'
import { formatCardNumber } from '../../session/card-number.ts'
import type { AccessToken } from '../../session/session-state.ts'
import { accountStrings as words } from '../../strings/account.ts'
import { useSecondsLeft } from './use-seconds-left.ts'

export function TokenFacts({ token }: { token: AccessToken }) {
  const secondsLeft = useSecondsLeft(token.expiresAtMs)
  return (
    <section className="part" aria-labelledby="token-heading">
      <h2 id="token-heading">{words.tokenHeading}</h2>
      <p className="note">{words.tokenText}</p>
      <dl className="panel token-facts">
        <dt>{words.sessionId}</dt>
        <dd className="mono" translate="no">
          {formatCardNumber(token.sessionId)}
        </dd>
        <dt>{words.expiresIn}</dt>
        <dd>
          {secondsLeft > 0 ? (
            <span className="countdown" role="timer">
              {formatDuration(secondsLeft)}
            </span>
          ) : (
            words.expired
          )}
        </dd>
      </dl>
    </section>
  )
}
