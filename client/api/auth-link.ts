// The tRPC link that shows the token: a refused token causes one refresh for all calls, and a replay of each.

import { type Operation, TRPCClientError, type TRPCLink } from '@trpc/client'
import { observable, type Unsubscribable } from '@trpc/server/observable'
import type { ErrorReason } from '../../server/contract/app-error.ts'
import type { AppRouter } from '../../server/trpc/router.ts'
import { type Session, SessionEndedError } from '../session/session.ts'

export type TokenSource = Pick<
  Session,
  'getAccessToken' | 'renew' | 'hasNewerThan' | 'getTokenWhenUsed'
>

/**
 * Stands before the link that sends, which reads the token with `bearerHeader`. A call that no user
 * has asked for, such as a poll, says `unattended: true` in its context: it keeps no session alive.
 */
export function authLink(tokens: TokenSource): TRPCLink<AppRouter> {
  return () =>
    ({ op, next }) =>
      observable((observer) => {
        const isUnattended = op.context.unattended === true
        let sent: Unsubscribable | undefined
        let isCancelled = false

        const send = (accessToken: string, isLast: boolean) => {
          if (isCancelled) return
          // tRPC cancels by signal, which the sending link would no longer hear.
          if (op.signal?.aborted) return observer.error(toClientError(op.signal.reason))
          const context = { ...op.context, accessToken }
          sent = next({ ...op, context }).subscribe({
            next: (value) => observer.next(value),
            complete: () => observer.complete(),
            error(error) {
              if (isLast || !isTokenRefused(error)) observer.error(error)
              else replay(accessToken, error)
            },
          })
        }

        const replay = (refusedToken: string, refusal: TRPCClientError<AppRouter>) => {
          // Every token of a session that has ended is refused: only one that was asked for after
          // this refusal shows that the session goes on, and the call is at fault.
          const isLast = !tokens.hasNewerThan(refusedToken)
          void replaceToken(tokens, refusedToken, refusal, isUnattended).then(
            (accessToken) => send(accessToken, isLast),
            // The refresh may have met a temporary fault: the call then fails with that, so that it
            // is tried again. Where the session is over, it was refused and stays so.
            (cause) =>
              observer.error(cause instanceof SessionEndedError ? refusal : toClientError(cause)),
          )
        }

        const first = isUnattended ? tokens.getTokenWhenUsed() : tokens.getAccessToken()
        void first.then(
          (accessToken) => send(accessToken, false),
          (cause) => observer.error(toClientError(cause)),
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

/** FORBIDDEN does not depend on the token's age: 403 never signs out. */
const refusedReasons: ReadonlySet<ErrorReason> = new Set([
  'not_authenticated',
  'token_expired',
  'invalid_token',
])

export function isTokenRefused(error: TRPCClientError<AppRouter>): boolean {
  const reason = error.data?.reason
  return reason !== undefined && refusedReasons.has(reason)
}

/**
 * A token in place of the refused one. Where that had not expired, the session has ended or
 * changed: this is looked into at once, even if the user is away.
 */
export function replaceToken(
  tokens: TokenSource,
  refusedToken: string,
  refusal: TRPCClientError<AppRouter>,
  isUnattended: boolean,
): Promise<string> {
  const waits = isUnattended && refusal.data?.reason === 'token_expired'
  return waits ? tokens.getTokenWhenUsed(refusedToken) : tokens.renew(refusedToken)
}

export function toClientError(cause: unknown): TRPCClientError<AppRouter> {
  return TRPCClientError.from<AppRouter>(cause instanceof Error ? cause : new Error(String(cause)))
}
