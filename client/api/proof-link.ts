// The tRPC link that asks for the password where a call needs a proof, and then sends it once more (R65).

import type { TRPCLink } from '@trpc/client'
import { observable, type Unsubscribable } from '@trpc/server/observable'
import type { AppRouter } from '../../server/trpc/router.ts'
import type { Question } from '../session/question.ts'

/** Where no proof is given, the call fails with the refusal that it met. */
export function proofLink(requests: Pick<Question, 'ask'>): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) =>
      observable((observer) => {
        let sent: Unsubscribable | undefined
        let isCancelled = false

        const send = (isReplay: boolean) => {
          if (isCancelled) return
          sent = next(op).subscribe({
            next: (value) => observer.next(value),
            complete: () => observer.complete(),
            error(error) {
              if (isReplay || error.data?.reason !== 'reauthentication_required') {
                return observer.error(error)
              }
              void requests.ask().then((isGiven) => (isGiven ? send(true) : observer.error(error)))
            },
          })
        }

        send(false)
        return () => {
          isCancelled = true
          sent?.unsubscribe()
        }
      })
}
