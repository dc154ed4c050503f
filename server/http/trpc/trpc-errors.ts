// What failed calls at /trpc cause, whichever way they are answered: a challenge, and a log line.

import type { AnyTRPCProcedure, AnyTRPCRouter, TRPCError } from '@trpc/server'
import type { FastifyRequest } from 'fastify'
import type { ProcedureMeta } from '../../trpc/procedures.ts'
import { challengeOf } from '../../trpc/trpc-error.ts'

/** For a batch the first: one answer has one challenge. */
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

/** A client's mistake is not an internal error. */
export function logFault(request: FastifyRequest, error: TRPCError, path?: string): void {
  if (error.code !== 'INTERNAL_SERVER_ERROR') return
  request.log.error({ err: error.cause ?? error, path }, 'procedure failed')
}
