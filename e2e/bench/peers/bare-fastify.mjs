// A plain route of Fastify: no token, no checks, the same answer.

import fastify from 'fastify'
import { answerTo, claims, port, ready } from './common.mjs'

const app = fastify()
app.get('/identity', async () => answerTo(claims))
await app.listen({ port, host: '127.0.0.1' })
ready()
