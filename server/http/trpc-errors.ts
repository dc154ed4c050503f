// What failed calls leave behind at /trpc, whichever way they are answered: a challenge, a line in the log.

import type { TRPCError } from '@trpc/server'
import type { FastifyRequest } from 'fastify'
import { challengeOf } from '../trpc/trpc-error.ts'

/** Of a batch the first: one answer has one challenge. */
export function challengeHeader(errors: readonly TRPCError[]): Record<string, string> {
  const challenge = errors.map(challengeOf).find((header) => header !== undefined)
  return challenge === undefined ? {} : { 'www-authenticate': challenge }
}

/** What clients did wrong is no fault of ours. */
export function logFault(request: FastifyRequest, error: TRPCError, path?: string): void {
  if (error.code !== 'INTERNAL_SERVER_ERROR') return
  request.log.error({ err: error.cause ?? error, path }, 'procedure failed')
}
