// Refuses ways of combining calls that we do not accept from tRPC's client link, and names the setting.

import { type AnyTRPCProcedure, type AnyTRPCRouter, TRPCError } from '@trpc/server'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../contract/app-error.ts'
import { toTrpcError } from '../trpc/trpc-error.ts'

type TypedRequest = FastifyRequest<{ Params: { path: string } }>

const methodOfType = { query: 'GET', mutation: 'POST', subscription: 'GET' } as const

/** @throws TRPCError with the setting in its message */
export function refuseLinkSettings(
  router: AnyTRPCRouter,
  { method, url, params }: TypedRequest,
  reply: FastifyReply,
  batchMaxSize: number,
): void {
  const isBatch = new URLSearchParams(url.split('?', 2)[1]).get('batch') === '1'
  const names = isBatch ? params.path.split(',') : [params.path]
  if (names.length > batchMaxSize) {
    const message = `A batch has at most ${batchMaxSize} calls: set maxItems: ${batchMaxSize} in httpBatchLink`
    throw toTrpcError(new AppError('invalid_request', message))
  }
  const [name = ''] = names
  const procedures: Record<string, AnyTRPCProcedure> = router._def.procedures
  const type = Object.hasOwn(procedures, name) ? procedures[name]?._def.type : undefined
  // HEAD is answered without a call.
  if (type === undefined || method === 'HEAD' || methodOfType[type] === method) return
  reply.header('allow', methodOfType[type])
  const advice = type === 'mutation' ? '' : ': leave methodOverride out of the link'
  const message = `${name} is a ${type}, which is called by ${methodOfType[type]}${advice}`
  throw new TRPCError({ code: 'METHOD_NOT_SUPPORTED', message })
}
