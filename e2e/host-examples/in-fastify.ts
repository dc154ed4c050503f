// Keycard inside a Fastify app that exists: its parsers and hooks see none of Keycard's requests.

import { createServer } from 'node:http'
import Fastify from 'fastify'
import { openKeycard } from 'keycard'

const keycard = await openKeycard(process.env)
const isYours = (url = '') => /^\/plants([/?]|$)/.test(url)

const app = Fastify({
  serverFactory: (handle) =>
    createServer((request, response) => {
      if (isYours(request.url)) handle(request, response)
      else keycard.handle(request, response)
    }),
})

app.get('/plants', async (request, reply) => {
  try {
    const identity = await keycard.identify(request.raw)
    return { plantsOf: identity.kind === 'user' ? identity.userId : null }
  } catch {
    return reply
      .code(401)
      .header('www-authenticate', 'Bearer')
      .send({ detail: 'Not authenticated' })
  }
})

app.addHook('onClose', () => keycard.close())
await app.listen({ port: Number(process.env.PORT) })
console.log('ready')
process.once('SIGTERM', () => void app.close())
