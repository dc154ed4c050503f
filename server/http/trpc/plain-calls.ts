// Which requests at /trpc are plain: queries and mutations in JSON, answered whole. tRPC's HTTP protocol.

import {
  type AnyTRPCProcedure,
  type AnyTRPCRouter,
  type TRPCDataTransformer,
  TRPCError,
} from '@trpc/server'
import type { FastifyRequest } from 'fastify'
import { asksForStream } from '../../web/stream-request.ts'

export interface PlainCall {
  /** `items.list`. */
  path: string
  procedure: AnyTRPCProcedure
}

export interface PlainCalls {
  type: 'query' | 'mutation'
  /** One, or each call of a batch. */
  calls: readonly PlainCall[]
  isBatch: boolean
  /**
   * The input of the call at `index`, which is read when the first procedure asks: a caller without
   * permission learns that first, whatever they sent.
   * @throws TRPCError BAD_REQUEST
   */
  readInput(index: number): unknown
}

/** As Fastify has read it; an array where a name is given more than once. */
type Query = Readonly<Record<string, string | string[] | undefined>>

/** A request at `/trpc/:path`. */
export interface PathRoute {
  Params: { path: string }
  Querystring: Query
}

type TypedRequest = FastifyRequest<PathRoute>

const typeOfMethod: Readonly<Record<string, PlainCalls['type']>> = {
  GET: 'query',
  POST: 'mutation',
}

/** Printable ASCII without `#`: what `URL` leaves as it is. */
const plainUrl = /^[!"$-~]+$/

/** undefined for anything unusual, including errors: tRPC's own adapter answers those. */
export function readPlainCalls(
  router: AnyTRPCRouter,
  request: TypedRequest,
  batchMaxSize: number,
): PlainCalls | undefined {
  const type = typeOfMethod[request.method]
  if (type === undefined || !isPlainJson(request) || !plainUrl.test(request.url)) return undefined

  const { query } = request
  if (query.connectionParams !== undefined) return undefined
  const isBatch = firstOf(query.batch) === '1'
  const paths = isBatch ? request.params.path.split(',') : [request.params.path]
  if (paths.length > batchMaxSize) return undefined
  const calls: PlainCall[] = []
  for (const path of paths) {
    const call = findCall(router, path, type)
    if (call === undefined) return undefined
    calls.push(call)
  }

  const text = type === 'query' ? readInputText(request) : (request.body as string)
  const { input } = router._def._config.transformer
  const inputs = onceRead(() => {
    if (text === undefined) return []
    const value: unknown = JSON.parse(text)
    return isBatch ? readBatch(value, calls.length, input) : [input.deserialize(value)]
  })
  return { type, calls, isBatch, readInput: (index) => inputs()[index] }
}

/** JSON in and JSON out; no stream of lines, and no body but the text that our parser has read. */
function isPlainJson({ method, headers, body }: FastifyRequest): boolean {
  if (asksForStream(headers)) return false
  const isJson = headers['content-type']?.startsWith('application/json')
  return method === 'GET' ? isJson !== false : isJson === true && typeof body === 'string'
}

/**
 * Not decoded a second time: of an input that is long, that is most of the work. Fastify leaves a text that
 * is badly encoded as it came, with its `%`, and tRPC reads it as `URL` does.
 */
function readInputText({ query, url }: TypedRequest): string | undefined {
  const text = firstOf(query.input)
  if (!text?.includes('%')) return text || undefined
  return new URLSearchParams(url.slice(url.indexOf('?'))).get('input') || undefined
}

function firstOf(value: string | string[] | undefined): string | undefined {
  return typeof value === 'object' ? value[0] : value
}

function findCall(
  router: AnyTRPCRouter,
  path: string,
  type: PlainCalls['type'],
): PlainCall | undefined {
  const procedure: AnyTRPCProcedure | undefined = router._def.procedures[path]
  return procedure?._def.type === type ? { path, procedure } : undefined
}

type Inputs = Readonly<Record<number, unknown>>

function onceRead(read: () => Inputs): () => Inputs {
  let inputs: Inputs | undefined
  return () => {
    try {
      inputs ??= read()
      return inputs
    } catch (cause) {
      if (cause instanceof TRPCError) throw cause
      const message = cause instanceof Error ? cause.message : 'Invalid input'
      throw new TRPCError({ code: 'BAD_REQUEST', message, cause })
    }
  }
}

function readBatch(value: unknown, count: number, transformer: TRPCDataTransformer): Inputs {
  if (!isRecord(value)) {
    const message = '"input" needs to be an object when doing a batch call'
    throw new TRPCError({ code: 'BAD_REQUEST', message })
  }
  return Array.from({ length: count }, (_, index) => {
    const input = value[index]
    return input === undefined ? undefined : transformer.deserialize(input)
  })
}

function isRecord(value: unknown): value is Readonly<Record<number, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
