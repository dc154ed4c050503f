// Streams live no longer than the token that opened them, and their number is limited (R64).

import { AppError } from '../../contract/app-error.ts'
import { type Clock, toSeconds } from '../../db/clock.ts'
import type { UserIdentity } from '../tokens/identity.ts'
import type { Revocations } from '../tokens/revocations.ts'

export interface LiveStreams {
  /**
   * For as long as `caller` listens; the caller closes it.
   * @throws AppError too_many_requests where the user has too many, overloaded where all users
   *   together have
   */
  open(identity: UserIdentity, caller: AbortSignal | undefined): LiveStream
  count(): number
  /** Ends all of them: the process is about to end. Their clients connect again, elsewhere. */
  closeAll(): void
}

export interface LiveStream {
  /** Aborted when it is over: by the caller, with its token, or with the process. */
  readonly signal: AbortSignal
  /**
   * Before anything is sent. @throws AppError token_expired, or invalid_token where it was revoked
   */
  assertLive(): void
  close(): void
}

interface LiveStreamsDeps {
  revocations: Revocations
  clock: Clock
}

/** A browser with this many pages open at once has long run out of connections to us. */
export const maxStreamsOfUser = 20
/** Each holds a socket and some memory, and all of them are asked for in one statement. */
export const maxStreams = 10_000

/** How often their tokens are checked, in memory. With the poll of the feed it stays under 1 s. */
const sweepIntervalMs = 500

interface OpenStream {
  identity: UserIdentity
  controller: AbortController
}

export function createLiveStreams({ revocations, clock }: LiveStreamsDeps): LiveStreams {
  const open = new Set<OpenStream>()
  const countOfUser = new Map<string, number>()
  let sweeping: ReturnType<typeof setInterval> | undefined

  function findEnd(identity: UserIdentity): AppError | undefined {
    if (revocations.isRevoked(identity)) {
      return new AppError('invalid_token', 'Could not validate credentials', { detail: 'revoked' })
    }
    const isExpired = toSeconds(clock.now()) >= identity.expiresAt
    return isExpired ? new AppError('token_expired', 'Token has expired') : undefined
  }

  /** By the clock of everything else here, and not by a timer of its own for each. */
  function sweep(): void {
    for (const { identity, controller } of open) {
      const end = findEnd(identity)
      if (end) controller.abort(end)
    }
  }

  function countForUser({ identity: { userId } }: OpenStream, change: 1 | -1): void {
    const counted = (countOfUser.get(userId) ?? 0) + change
    if (counted > 0) countOfUser.set(userId, counted)
    else countOfUser.delete(userId)
  }

  function add(stream: OpenStream): void {
    open.add(stream)
    countForUser(stream, 1)
    sweeping ??= setInterval(sweep, sweepIntervalMs).unref()
  }

  function remove(stream: OpenStream): void {
    if (!open.delete(stream)) return
    countForUser(stream, -1)
    if (open.size > 0) return
    clearInterval(sweeping)
    sweeping = undefined
  }

  return {
    open(identity, caller) {
      if ((countOfUser.get(identity.userId) ?? 0) >= maxStreamsOfUser) {
        throw new AppError('too_many_requests', 'Too many streams are open', {
          retryAfterSeconds: 60,
        })
      }
      if (open.size >= maxStreams) {
        throw new AppError('overloaded', 'Too many streams are open', { retryAfterSeconds: 60 })
      }
      const controller = new AbortController()
      const { signal } = controller
      const stream = { identity, controller }
      add(stream)
      signal.addEventListener('abort', () => remove(stream), { once: true })
      const leave = () => controller.abort()
      caller?.addEventListener('abort', leave, { once: true })
      if (caller?.aborted) leave()
      return {
        signal,
        assertLive() {
          const end = signal.reason instanceof AppError ? signal.reason : findEnd(identity)
          if (end) throw end
        },
        close() {
          caller?.removeEventListener('abort', leave)
          remove(stream)
        },
      }
    },

    count: () => open.size,

    closeAll() {
      for (const { controller } of open) controller.abort()
    },
  }
}
