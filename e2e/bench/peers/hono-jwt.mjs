// Hono with its own JWT middleware, on Node.

import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { jwt } from 'hono/jwt'
import { answerTo, port, ready, secret } from './common.mjs'

const app = new Hono()
app.use('/identity', jwt({ secret, alg: 'HS256' }))
app.get('/identity', (context) => context.json(answerTo(context.get('jwtPayload'))))
serve({ fetch: app.fetch, port, hostname: '127.0.0.1' }, ready)
