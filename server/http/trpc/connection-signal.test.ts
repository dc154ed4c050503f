// A client that hangs up: the procedure that works for it hears of it.

import { connect } from 'node:net'
import { initTRPC } from '@trpc/server'
import Fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { openTestApp } from '../../testing/test-app.ts'
import type { Context } from '../../trpc/context.ts'
import { trpcPlugin } from './trpc.ts'

test('a client that hangs up aborts the signal of the procedure that works for it', async () => {
  const t = initTRPC.context<Context>().create()
  let begin = (_signal: AbortSignal | undefined) => {}
  const begun = new Promise<AbortSignal | undefined>((resolve) => (begin = resolve))
  const router = t.router({
    slow: t.procedure.query(({ signal }) => {
      begin(signal)
      return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(null)))
    }),
  })
  const keycard = await openTestApp()
  const app = Fastify()
  onTestFinished(async () => {
    await app.close()
    await keycard.close()
  })
  await app.register(async (scope) => trpcPlugin(scope, keycard.services, router))
  await app.listen({ port: 0, host: '127.0.0.1' })

  const address = app.server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const socket = connect(address.port, '127.0.0.1')
  socket.write('GET /trpc/slow HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const signal = await begun
  expect(signal?.aborted).toBe(false)
  socket.destroy()
  await expect.poll(() => signal?.aborted).toBe(true)
})
