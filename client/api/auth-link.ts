// The tRPC link that shows the token: where it is refused, one refresh for all and one replay each.

import { type Operation, TRPCClientError, type TRPCLink } from '@trpc/client'
import { observable, type Unsubscribable } from '@trpc/server/observable'
import type { ErrorReason } from '../../server/contract/app-error.ts'
import type { AppRouter } from '../../server/trpc/router.ts'
import { type Session, SessionEndedError } from '../session/session.ts'

type TokenSource = Pick<Session, 'getAccessToken' | 'renew'>

/** Stands before the link that sends, which reads the token with `bearerHeader`. */
export function authLink(tokens: TokenSource): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) =>
      observable((observer) => {
        let sent: Unsubscribable | undefined
        let isCancelled = false

        const send = (accessToken: string, isReplay: boolean) => {
          if (isCancelled) return
          // tRPC cancels by signal, which the sending link would no longer hear.
          if (op.signal?.aborted) return observer.error(wrap(op.signal.reason))
          const context = { ...op.context, accessToken }
          sent = next({ ...op, context }).subscribe({
            next: (value) => observer.next(value),
            complete: () => observer.complete(),
            error(error) {
              if (isReplay || !isTokenRefused(error)) observer.error(error)
              else replay(accessToken, error)
            },
          })
        }

        const replay = (refusedToken: string, refusal: TRPCClientError<AppRouter>) => {
          void tokens.renew(refusedToken).then(
            (accessToken) => send(accessToken, true),
            // The refresh may have met a fault that passes: the call then fails with that, so that
            // it is tried again. Where the session is over, it was refused and stays so.
            (cause) => observer.error(cause instanceof SessionEndedError ? refusal : wrap(cause)),
          )
        }

        void tokens.getAccessToken().then(
          (accessToken) => send(accessToken, false),
          (cause) => observer.error(wrap(cause)),
        )

        return () => {
          isCancelled = true
          sent?.unsubscribe()
        }
      })
}

/** The newest token of a batch: its calls are sent with one header. */
export function bearerHeader(operations: readonly Pick<Operation, 'context'>[]) {
  const token = operations.at(-1)?.context.accessToken
  return typeof token === 'string' ? { authorization: `Bearer ${token}` } : {}
}

/** FORBIDDEN is no question of the token's age: 403 never signs out. */
const refusedReasons: ReadonlySet<ErrorReason> = new Set([
  'not_authenticated',
  'token_expired',
  'invalid_token',
])

function isTokenRefused(error: TRPCClientError<AppRouter>): boolean {
  const reason = error.data?.reason
  return reason !== undefined && refusedReasons.has(reason)
}

function wrap(cause: unknown): TRPCClientError<AppRouter> {
  return TRPCClientError.from<AppRouter>(cause instanceof Error ? cause : new Error(String(cause)))
}
