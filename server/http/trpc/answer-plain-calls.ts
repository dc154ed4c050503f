// Answers plain calls as tRPC's own adapter does, without a web Request, Response and stream for each.

import {
  type AnyTRPCRouter,
  getTRPCErrorFromUnknown,
  getTRPCErrorShape,
  TRPCError,
} from '@trpc/server'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Services } from '../../services.ts'
import { createContext } from '../../trpc/context.ts'
import { signalOfConnection } from './connection-signal.ts'
import type { PlainCall, PlainCalls } from './plain-calls.ts'
import { challengeHeader, logFault } from './trpc-errors.ts'

const streamRefused = {
  code: 'UNSUPPORTED_MEDIA_TYPE',
  message: 'Cannot use stream-like response in non-streaming request - use httpBatchStreamLink',
} as const

interface Outcome {
  /** What the client reads. */
  envelope: { result: { data: unknown } } | { error: unknown }
  status: number
  error?: TRPCError
}

export async function answerPlainCalls(
  router: AnyTRPCRouter,
  { type, calls, isBatch, readInput }: PlainCalls,
  request: FastifyRequest,
  reply: FastifyReply,
  services: Services,
): Promise<FastifyReply> {
  const { _config: config } = router._def
  const { output } = config.transformer
  const ctx = createContext(services, request, reply)
  const signal = signalOfConnection(request.raw.socket)

  async function call({ path, procedure }: PlainCall, batchIndex: number): Promise<Outcome> {
    let input: unknown
    const getRawInput = async () => {
      input = readInput(batchIndex)
      return input
    }
    try {
      const data = await procedure({ path, type, ctx, signal, batchIndex, getRawInput })
      // In tRPC's own words. A call outside a batch has no path there.
      if (isStream(data)) return fail(new TRPCError(streamRefused), isBatch ? path : undefined)
      return { envelope: { result: { data: output.serialize(data) } }, status: 200 }
    } catch (cause) {
      return fail(cause, path, input)
    }
  }

  function fail(cause: unknown, path?: string, input?: unknown): Outcome {
    const error = getTRPCErrorFromUnknown(cause)
    logFault(request, error, path)
    const shape = getTRPCErrorShape({ config, error, type, path, input, ctx })
    return {
      envelope: { error: output.serialize(shape) },
      status: shape.data.httpStatus,
      error,
    }
  }

  function send(answer: Outcome | readonly Outcome[]): FastifyReply {
    const isAlone = 'envelope' in answer
    const json = JSON.stringify(isAlone ? answer.envelope : answer.map(({ envelope }) => envelope))
    const errors = errorsOf(isAlone ? [answer] : answer)
    if (errors.length > 0) reply.headers(challengeHeader(router, request, errors))
    return reply
      .code(isAlone ? answer.status : commonStatus(answer))
      .header('content-type', 'application/json; charset=utf-8')
      .header('vary', 'trpc-accept, accept')
      .send(json)
  }

  const [alone] = calls
  const answer = isBatch || !alone ? await Promise.all(calls.map(call)) : await call(alone, 0)
  try {
    return send(answer)
  } catch (cause) {
    // An output that JSON cannot express.
    return send(fail(cause))
  }
}

/** What only a stream of lines could carry: promises and iterables that are read as they come. */
function isStream(data: unknown): boolean {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return false
  return isAwaited(data) || Object.values(data).some(isAwaited)
}

function isAwaited(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return value instanceof Promise || Symbol.asyncIterator in value
}

function errorsOf(outcomes: readonly Outcome[]): TRPCError[] {
  const errors: TRPCError[] = []
  for (const { error } of outcomes) if (error) errors.push(error)
  return errors
}

/** 207 where the calls of a batch had different outcomes. */
function commonStatus([first, ...others]: readonly Outcome[]): number {
  const status = first?.status ?? 200
  return others.every((outcome) => outcome.status === status) ? status : 207
}
