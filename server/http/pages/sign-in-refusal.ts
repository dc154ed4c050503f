// What the page says when a form posted without scripts is refused.

import type { PageTexts } from '../../contract/pages/page-texts.ts'
import { asAppError } from '../../web/request-fault.ts'

export interface Refusal {
  state: 'error' | 'throttled' | 'fault'
  message: string
}

/** `refused` stands for what none of our pages can have sent. */
export function describeRefusal(
  error: unknown,
  { signInMessages, openingMessages, describeThrottle }: PageTexts,
  refused: string,
): Refusal {
  const { reason, message = refused, retryAfterSeconds } = asAppError(error) ?? {}
  switch (reason) {
    case 'invalid_credentials':
      return { state: 'error', message: signInMessages.wrongCredentials }
    case 'too_many_requests':
      return { state: 'throttled', message: describeThrottle(retryAfterSeconds ?? 1) }
    case 'invalid_input':
      return { state: 'error', message: openingMessages.missingFields }
    case 'unsupported_grant_type':
      return { state: 'error', message: signInMessages.switchedOff }
    case 'other_address':
      return { state: 'fault', message }
    case 'overloaded':
      return { state: 'fault', message: signInMessages.overloaded }
    case undefined:
    case 'unavailable':
      return { state: 'fault', message: signInMessages.fault }
    default:
      return { state: 'error', message: refused }
  }
}
