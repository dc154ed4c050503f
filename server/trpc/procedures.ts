// The kinds of procedure: public, protected by a token, or opened by a scope.

import { initTRPC } from '@trpc/server'
import { AppError } from '../contract/app-error.ts'
import type { MachineScope, Scope } from '../contract/scopes.ts'
import type { Context } from './context.ts'
import { describeError, publicMessage, toTrpcError } from './trpc-error.ts'

export interface ProcedureMeta {
  /** Absent: nobody gets in. A test walks the router and holds the public ones against a list. */
  access?: 'public' | 'protected'
  /** All of these open it. */
  scopes?: readonly Scope[]
  /** Also served under /api and described in /openapi.json. */
  rest?: RestRoute
}

export interface RestRoute {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** Below /api; `{id}` takes the input of that name. */
  path: `/${string}`
  /** One line for the documentation. */
  summary: string
  /** 200 by default. */
  successStatus?: 200 | 201
}

const t = initTRPC
  .context<Context>()
  .meta<ProcedureMeta>()
  .create({
    // Explicit: by default every NODE_ENV but "production" sends stacks to the client (R81).
    isDev: false,
    sse: {
      // Less than the 60 s after which most proxies give a silent connection up.
      ping: { enabled: true, intervalMs: 15_000 },
      client: { reconnectAfterInactivityMs: 40_000 },
    },
    errorFormatter: ({ shape, error }) => ({
      ...shape,
      message: publicMessage(error),
      data: { ...shape.data, ...describeError(error) },
    }),
  })

export const { router } = t

const translateErrors = t.middleware(async ({ next }) => {
  const result = await next()
  if (!result.ok && result.error.cause instanceof AppError) throw toTrpcError(result.error.cause)
  return result
})

const authenticate = t.middleware(async ({ ctx, next }) => {
  const identity = await ctx.identify()
  return next({ ctx: { identity } })
})

const authenticateUser = t.middleware(async ({ ctx, next }) => {
  const identity = ctx.services.identities.requireUser(await ctx.identify())
  return next({ ctx: { identity } })
})

/** For everybody, whatever token they show. */
export const publicProcedure = t.procedure.meta({ access: 'public' }).use(translateErrors)

/** For users who show a valid access token: `ctx.identity` says who. A client of its own gets 403. */
export const protectedProcedure = t.procedure
  .meta({ access: 'protected' })
  .use(translateErrors)
  .use(authenticateUser)

/** For users whose token has all of `scopes`, which are words of the catalogue. */
export function scopedProcedure(...scopes: [Scope, ...Scope[]]) {
  return protectedProcedure.meta({ scopes }).use(({ ctx, next }) => {
    ctx.services.identities.requireScopes(ctx.identity, scopes)
    return next()
  })
}

/** For users and for machines, if their token has all of `scopes`: `ctx.identity.kind` says which. */
export function anyCallerProcedure(...scopes: [MachineScope, ...MachineScope[]]) {
  return t.procedure
    .meta({ access: 'protected', scopes })
    .use(translateErrors)
    .use(authenticate)
    .use(({ ctx, next }) => {
      ctx.services.identities.requireScopes(ctx.identity, scopes)
      return next()
    })
}
