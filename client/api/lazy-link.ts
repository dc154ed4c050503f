// A tRPC link whose code is fetched when a call first needs it.

import type { TRPCLink } from '@trpc/client'
import { observable, type Unsubscribable } from '@trpc/server/observable'
import type { AppRouter } from '../../server/trpc/router.ts'
import { toClientError } from './auth-link.ts'

export function lazyLink(load: () => Promise<TRPCLink<AppRouter>>): TRPCLink<AppRouter> {
  return (runtime) => (call) =>
    observable((observer) => {
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
