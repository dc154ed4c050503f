// The kinds of procedure: public, protected by a token, or protected by a scope.

import { initTRPC } from '@trpc/server'
import { currentPasswordSchema } from '../contract/account.ts'
import { AppError } from '../contract/app-error.ts'
import type { MachineScope, Scope } from '../contract/scopes.ts'
import type { Context } from './context.ts'
import { describeError, publicMessage, toTrpcError } from './trpc-error.ts'

export interface ProcedureMeta {
  /**
   * Absent: every call is refused. A test walks the router and compares the public ones with a
   * list.
   */
  access?: 'public' | 'protected'
  /** All of these are required. */
  scopes?: readonly Scope[]
  /** Its changes need a proof from the last five minutes (R65); with `some`, only some of them do. */
  proof?: 'all' | 'some'
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
  /** Its output's `version` is the ETag; its input's, where it has one, comes from If-Match. */
  isVersioned?: true
  /** What it may be, where the procedure gives a `TextFile` in place of JSON. */
  mediaTypes?: readonly string[]
}

const t = initTRPC
  .context<Context>()
  .meta<ProcedureMeta>()
  .create({
    // Explicit: by default every NODE_ENV but "production" sends stacks to the client (R81).
    isDev: false,
    sse: {
      // Less than the 60 s after which most proxies close a silent connection.
      ping: { enabled: true, intervalMs: 15_000 },
      client: { reconnectAfterInactivityMs: 40_000 },
    },
    errorFormatter: ({ shape, error }) => ({
      ...shape,
      message: publicMessage(error),
      data: { ...shape.data, ...describeError(error) },
    }),
  })

export const { router, mergeRouters } = t

/**
 * Maps what a rule refuses to tRPC's codes, and lets `admit` check the caller. One middleware and
 * not one for each check: tRPC copies all options of a call at each one.
 */
function gate<Admitted extends object>(admit: (ctx: Context) => Promise<Admitted>) {
  return t.middleware(async ({ ctx, next }) => {
    const admitted = await admit(ctx).catch((error) => {
      throw toTrpcError(error)
    })
    const result = await next({ ctx: admitted })
    if (!result.ok && result.error.cause instanceof AppError) throw toTrpcError(result.error.cause)
    return result
  })
}

/** For everyone, whatever token they send. */
export const publicProcedure = t.procedure.meta({ access: 'public' }).use(gate(async () => ({})))

/**
 * For users with a valid access token: `ctx.identity` says who. A client that acts for itself gets
 * 403.
 */
export const protectedProcedure = t.procedure
  .meta({ access: 'protected' })
  .use(gate((ctx) => admitUser(ctx)))

/** For users whose token has all of `scopes`, which are words of the catalogue. */
export function scopedProcedure(...scopes: [Scope, ...Scope[]]) {
  return t.procedure
    .meta({ access: 'protected', scopes })
    .use(gate((ctx) => admitUser(ctx, scopes)))
}

/** For users and machines whose token has all of `scopes`: `ctx.identity.kind` says which. */
export function anyCallerProcedure(...scopes: [MachineScope, ...MachineScope[]]) {
  return t.procedure
    .meta({ access: 'protected', scopes })
    .use(gate((ctx) => admitCaller(ctx, scopes)))
}

/**
 * `anyCallerProcedure` for what an old token must not do alone: a person proves again who they are
 * (R65). A machine has nothing more to show than the secret it came with.
 */
export function provenProcedure(...scopes: [MachineScope, ...MachineScope[]]) {
  return anyCallerProcedure(...scopes)
    .meta({ proof: 'all' })
    .input(currentPasswordSchema)
    .use(async ({ ctx: { services, identity, knownDevice }, input, next }) => {
      if (identity.kind === 'user') {
        const currentPassword = input.current_password
        await services.reauthentication.require({
          identity,
          currentPassword,
          device: knownDevice(),
        })
      }
      return next()
    })
}

async function admitUser(ctx: Context, scopes: readonly Scope[] = []) {
  const { identities } = ctx.services
  const identity = identities.requireUser(await ctx.identify())
  identities.requireScopes(identity, scopes)
  return { identity }
}

async function admitCaller(ctx: Context, scopes: readonly Scope[]) {
  const identity = await ctx.identify()
  ctx.services.identities.requireScopes(identity, scopes)
  return { identity }
}
