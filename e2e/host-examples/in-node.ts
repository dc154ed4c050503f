// Keycard inside an app that exists: your paths come first, and all others are Keycard's.

import { createServer } from 'node:http'
import { initTRPC, TRPCError } from '@trpc/server'
import { type CreateHTTPContextOptions, createHTTPHandler } from '@trpc/server/adapters/standalone'
import { type Identity, openKeycard } from 'keycard'

const keycard = await openKeycard(process.env)

/** Your own tRPC takes its context from Keycard's identities. */
const t = initTRPC.context<{ identify: () => Promise<Identity> }>().create()
const signedIn = t.procedure.use(async ({ ctx, next }) => {
  const identity = await ctx.identify().catch((cause) => {
    throw new TRPCError({ code: 'UNAUTHORIZED', cause })
  })
  if (identity.kind !== 'user') throw new TRPCError({ code: 'FORBIDDEN' })
  return next({ ctx: { identity } })
})
const router = t.router({
  plants: signedIn.query(({ ctx }) => ({ plantsOf: ctx.identity.userId })),
})
const yourTrpc = createHTTPHandler({
  router,
  basePath: '/rpc/',
  createContext: ({ req }: CreateHTTPContextOptions) => ({ identify: () => keycard.identify(req) }),
})

const server = createServer((request, response) => {
  if (request.url?.startsWith('/rpc/')) yourTrpc(request, response)
  else keycard.handle(request, response)
})
server.listen(Number(process.env.PORT), () => console.log('ready'))

process.once('SIGTERM', () => {
  server.close(() => void keycard.close())
  server.closeIdleConnections()
})
