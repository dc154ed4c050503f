// What failed calls leave behind at /trpc, whichever way they are answered: a challenge, a line in the log.

import type { AnyTRPCProcedure, AnyTRPCRouter, TRPCError } from '@trpc/server'
import type { FastifyRequest } from 'fastify'
import type { ProcedureMeta } from '../../trpc/procedures.ts'
import { challengeOf } from '../../trpc/trpc-error.ts'

/** Of a batch the first: one answer has one challenge. */
export function challengeHeader(
  router: AnyTRPCRouter,
  { params, headers }: FastifyRequest,
  errors: readonly TRPCError[],
): Record<string, string> {
  const { path } = params as { path: string }
  const request = {
    isProtected: path.split(',').some((name) => isProtected(router, name)),
    hasAuthorization: headers.authorization !== undefined,
  }
  const challenge = errors
    .map((error) => challengeOf(error, request))
    .find((header) => header !== undefined)
  return challenge === undefined ? {} : { 'www-authenticate': challenge }
}

function isProtected(router: AnyTRPCRouter, name: string): boolean {
  const procedures: Record<string, AnyTRPCProcedure> = router._def.procedures
  const meta = Object.hasOwn(procedures, name) ? procedures[name]?._def.meta : undefined
  return (meta as ProcedureMeta | undefined)?.access === 'protected'
}

/** What clients did wrong is no fault of ours. */
export function logFault(request: FastifyRequest, error: TRPCError, path?: string): void {
  if (error.code !== 'INTERNAL_SERVER_ERROR') return
  request.log.error({ err: error.cause ?? error, path }, 'procedure failed')
}
