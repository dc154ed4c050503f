// The kind of procedure that streams: at most as long as the token that opened it is valid (R64).

import type { LiveStream } from '../auth/account/live-streams.ts'
import { AppError } from '../contract/app-error.ts'
import type { Scope } from '../contract/scopes.ts'
import { scopedProcedure } from './procedures.ts'
import { toTrpcError } from './trpc-error.ts'

/**
 * For subscriptions: what they yield must end when `ctx.stream.signal` is aborted. The client then
 * gets the reason like that of any other call, so that it renews its token and subscribes again.
 */
export function liveProcedure(...scopes: [Scope, ...Scope[]]) {
  return scopedProcedure(...scopes).use(async ({ ctx, signal, next }) => {
    const stream = ctx.services.liveStreams.open(ctx.identity, signal)
    const result = await next({ ctx: { stream } })
    if (!result.ok || !isAsyncIterable(result.data)) {
      stream.close()
      return result
    }
    return { ...result, data: whileLive(result.data, stream, signal) }
  })
}

async function* whileLive(
  values: AsyncIterable<unknown>,
  stream: LiveStream,
  caller: AbortSignal | undefined,
) {
  try {
    for await (const value of values) {
      stream.assertLive()
      yield value
    }
    stream.assertLive()
    // Cut off, not ended: tRPC then closes the connection silently, and its client reconnects.
    stream.signal.throwIfAborted()
  } catch (error) {
    // A client that hung up gets no error: nothing would catch it, and that ends the process.
    if (caller?.aborted) return
    throw error instanceof AppError ? toTrpcError(error) : error
  } finally {
    stream.close()
  }
}

function isAsyncIterable(data: unknown): data is AsyncIterable<unknown> {
  return typeof data === 'object' && data !== null && Symbol.asyncIterator in data
}
