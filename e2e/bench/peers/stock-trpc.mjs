// tRPC as its documentation sets it up on Fastify, with jose: the token is verified in a middleware.

import { initTRPC, TRPCError } from '@trpc/server'
import { fastifyTRPCPlugin } from '@trpc/server/adapters/fastify'
import fastify from 'fastify'
import { jwtVerify } from 'jose'
import { z } from 'zod'
import { answerTo, port, ready, secret } from './common.mjs'

const key = await crypto.subtle.importKey(
  'raw',
  new TextEncoder().encode(secret),
  { name: 'HMAC', hash: 'SHA-256' },
  false,
  ['verify'],
)
const t = initTRPC.context().create()
const protectedProcedure = t.procedure.use(async ({ ctx, next }) => {
  try {
    const { payload } = await jwtVerify(ctx.token, key, { algorithms: ['HS256'] })
    return next({ ctx: { claims: payload } })
  } catch {
    throw new TRPCError({ code: 'UNAUTHORIZED' })
  }
})
const output = z.object({
  user_id: z.string(),
  session_id: z.string(),
  client_id: z.string(),
  scopes: z.array(z.string()),
  expires_at: z.string(),
})
const router = t.router({
  identity: protectedProcedure.output(output).query(({ ctx }) => answerTo(ctx.claims)),
})

const app = fastify({ routerOptions: { maxParamLength: 5_000 } })
await app.register(fastifyTRPCPlugin, {
  prefix: '/trpc',
  trpcOptions: {
    router,
    createContext: ({ req }) => ({ token: req.headers.authorization?.split(' ')[1] ?? '' }),
  },
})
await app.listen({ port, host: '127.0.0.1' })
ready()
