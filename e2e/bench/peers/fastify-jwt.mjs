// Fastify with its own JWT plugin, whose cache of verified tokens is off, as by default.

import jwt from '@fastify/jwt'
import fastify from 'fastify'
import { answerTo, port, ready, secret } from './common.mjs'

const app = fastify()
await app.register(jwt, { secret, verify: { algorithms: ['HS256'] } })
app.get('/identity', { onRequest: (request) => request.jwtVerify() }, async ({ user }) =>
  answerTo(user),
)
await app.listen({ port, host: '127.0.0.1' })
ready()
