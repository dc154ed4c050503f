// Keeps the code for subscriptions out of the main bundle: the first subscription loads it.

import type { TRPCLink } from '@trpc/client'
import { observable, type Unsubscribable } from '@trpc/server/observable'
import type { AppRouter } from '../../../server/trpc/router.ts'
import { toClientError } from '../auth-link.ts'

/** Stands before all links: any other call goes on to the next. */
export function subscriptionLink(load: () => Promise<TRPCLink<AppRouter>>): TRPCLink<AppRouter> {
  return (runtime) => (call) => {
    if (call.op.type !== 'subscription') return call.next(call.op)
    return observable((observer) => {
      let following: Unsubscribable | undefined
      let isCancelled = false
      load().then(
        (link) => {
          if (!isCancelled) following = link(runtime)(call).subscribe(observer)
        },
        (cause) => observer.error(toClientError(cause)),
      )
      return () => {
        isCancelled = true
        following?.unsubscribe()
      }
    })
  }
}
