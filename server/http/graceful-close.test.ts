// The shutdown of a listening server: balancers hear of it first, and no client can delay it.

import { once } from 'node:events'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { openTestApp } from '../testing/test-app.ts'
import { endApp } from './graceful-close.ts'

async function listen() {
  const { app, services } = await openTestApp()
  await app.listen({ host: '127.0.0.1', port: 0 })
  onTestFinished(async () => {
    app.server.closeAllConnections()
    await app.close()
    await services.close()
  })
  const { port } = app.server.address() as AddressInfo
  return {
    app,
    /** A connection that has sent this much, and sends no more. */
    async say(text: string): Promise<Socket> {
      const socket = connect(port, '127.0.0.1').on('error', () => {})
      await once(socket, 'connect')
      socket.resume().write(text)
      // Answered on a later connection, so the text before it has been read.
      await fetch(`http://127.0.0.1:${port}/healthz`)
      return socket
    },
    ask: (path: string) => fetch(`http://127.0.0.1:${port}${path}`),
  }
}

const unfinished = {
  'half a header': 'POST /api/users HTTP/1.1\r\nHost: localhost\r\nContent-Ty',
  'half a body': [
    'POST /token HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/x-www-form-urlencoded',
    'Content-Length: 40',
    '',
    'username=',
  ].join('\r\n'),
}

test('R115: /readyz is 503 while connections are still accepted, and then none are', async () => {
  const { app, ask } = await listen()
  const ended = endApp(app, { takesForMs: 1_000 })
  const answer = await ask('/readyz')
  expect([answer.status, await answer.json()]).toMatchObject([
    503,
    { checks: { server: 'closing' } },
  ])
  expect(answer.headers.get('connection')).toBe('close')
  expect((await ask('/api/users/me')).status).toBe(401)
  await ended
  await expect(ask('/readyz')).rejects.toThrow('fetch failed')
})

test('a connection that never sent anything is closed at once, also where only the app is closed', async () => {
  const { app, say } = await listen()
  const closed = once(await say(''), 'close')
  await app.close()
  await closed
})

test.each(Object.entries(unfinished))(
  '%s delays the shutdown up to the deadline, not longer',
  async (_, text) => {
    const { app, say } = await listen()
    const closed = once(await say(text), 'close')
    const ended = endApp(app, { takesForMs: 0, connectionsUpToMs: 400 })
    expect(await Promise.race([ended, sleep(200, 'goes on')])).toBe('goes on')
    await Promise.all([ended, closed])
  },
)
