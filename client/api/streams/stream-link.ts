// The tRPC link for subscriptions: an event stream with the token in a header, open while the page
// is visible.

import type { Operation, TRPCClientError, TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import type { AppRouter } from '../../../server/trpc/router.ts'
import { readAccessClaims } from '../../session/access-claims.ts'
import { isTokenRefused, replaceToken, type TokenSource, toClientError } from '../auth-link.ts'
import { readFailure } from '../failure.ts'
import { type Page, type PageWindow, pause, untilSeen, watchPage, whileSeen } from '../page-seen.ts'
import { retryDelayMs } from '../retry-policy.ts'
import { followShared, type SharedStream } from './shared-stream.ts'
import {
  followConnection,
  openConnection,
  type StreamResult,
  writeQuery,
} from './stream-connection.ts'

interface StreamLinkDeps {
  url: string
  tokens: TokenSource
  fetch: typeof fetch
  /**
   * A page that is not visible has no stream: a browser has six connections to a host, for all
   * tabs.
   */
  window: PageWindow
  /** Between the tabs that share a stream. */
  openChannel: SharedStream['openChannel']
  /** Monotonic, in milliseconds. */
  now(): number
}

/** A stream that has lasted so long was not a failed attempt, whatever has ended it. */
const stoodMs = 5_000

/**
 * Our own, because tRPC's cannot be loaded on demand, and keeps the token that it began with. It
 * keeps a stream going through expiry, sleep and restarts; its reader hears of each new beginning
 * by `onStarted`.
 */
export function streamLink(deps: StreamLinkDeps): TRPCLink<AppRouter> {
  const page = watchPage(deps.window)
  return () =>
    ({ op }) =>
      observable((observer) => {
        const unsubscribed = new AbortController()
        const unsubscribe = () => unsubscribed.abort()
        op.signal?.addEventListener('abort', unsubscribe)
        const emit = (result: StreamResult) => observer.next({ result })
        void follow(op, { ...deps, page }, unsubscribed.signal, emit).then(
          () => observer.complete(),
          (error) => observer.error(error),
        )
        return unsubscribe
      })
}

/** One connection after the other, until the server or the reader ends it. */
async function follow(
  op: Operation,
  { url, tokens, fetch, page, openChannel, now }: StreamLinkDeps & { page: Page },
  unsubscribed: AbortSignal,
  emit: (result: StreamResult) => void,
): Promise<void> {
  let lastEventId = ''
  let failures = 0
  let refused: { token: string; refusal: TRPCClientError<AppRouter> } | undefined
  /** Whether the next refusal ends the stream. */
  let isLast = false

  function emitAndRemember(result: StreamResult): void {
    if (result.type === 'data' && result.id !== undefined) lastEventId = result.id
    emit(result)
  }

  while (await untilSeen(page, unsubscribed)) {
    const closed = whileSeen(page, unsubscribed)
    let token = ''
    try {
      // R57: a stream does not count as use, so that of an idle page stays closed until the user is active.
      token = refused
        ? await replaceToken(tokens, refused.token, refused.refusal, true)
        : await tokens.getTokenWhenUsed()
      refused = undefined
      const openedAtMs = now()
      const forgive = () => {
        if (now() - openedAtMs < stoodMs) return
        failures = 0
        isLast = false
      }
      emit({ type: 'state', state: 'connecting', error: null })
      const events = followShared({
        name: nameStream(token, op),
        openChannel,
        connect: (hungUp) => openConnection({ url, op, token, lastEventId, fetch, closed: hungUp }),
        readPosition: () => lastEventId,
        closed: closed.signal,
      })
      const connection = { events, closed, emit: emitAndRemember }
      if (await followConnection(connection).finally(forgive)) return
    } catch (error) {
      const failure = toClientError(error)
      const { passes, retryAfterSeconds } = readFailure(failure)
      if (isTokenRefused(failure) && !isLast) {
        isLast = !tokens.hasNewerThan(token)
        refused = { token, refusal: failure }
      } else if (passes || retryAfterSeconds !== undefined) {
        emit({ type: 'state', state: 'connecting', error: failure })
        await pause(retryDelayMs(failures, failure), unsubscribed)
        failures += 1
      } else {
        throw failure
      }
    } finally {
      closed.abort()
    }
  }
}

/** Only tabs of the same session may share a stream. */
function nameStream(token: string, { path, input }: Operation): string {
  return `keycard:stream:${readAccessClaims(token).sessionId}:${path}${writeQuery(input)}`
}
