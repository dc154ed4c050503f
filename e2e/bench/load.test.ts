// The bench's own clients: they read whole answers, however they arrive, and take no figure from a failure.

import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { formatForm, formatRequest, openConnection } from './connection.ts'
import { sendCalls, whileAwake } from './load.ts'

describe('sendCalls', () => {
  it('sends exactly the number of calls it is given, over all connections together', async () => {
    let seen = 0
    const port = await serve((_request, response) => {
      seen += 1
      response.end('{}')
    })
    await sendCalls({ port, path: '/' }, 25, { connections: 4 })
    expect(seen).toBe(25)
  })

  it('sends no call before it is due', async () => {
    const port = await serve((_request, response) => response.end('{}'))
    const startedAtMs = performance.now()
    await sendCalls({ port, path: '/' }, 11, { perSecond: 100 })
    // The last one is due after ten hundredths of a second; a timer may be a little early.
    expect(performance.now() - startedAtMs).toBeGreaterThan(95)
  })

  it('fails at the first answer that is not 200', async () => {
    const port = await serve((_request, response) => response.writeHead(401).end('Not you'))
    await expect(sendCalls({ port, path: '/' }, 5)).rejects.toThrow(/401.*Not you/s)
  })

  it('fails where the server hangs up', async () => {
    const port = await serve((request) => request.socket.destroy())
    await expect(sendCalls({ port, path: '/' }, 5)).rejects.toThrow(/hung up|ECONNRESET/)
  })
})

test('whileAwake: this process does not sleep until the work is done, and then it may again', async () => {
  const idleMsDuring = async (work: () => Promise<void>) => {
    const before = performance.eventLoopUtilization()
    await work()
    return performance.eventLoopUtilization(before).idle
  }
  const rest = () => sleep(50)
  expect(await idleMsDuring(() => whileAwake(rest))).toBe(0)
  expect(await idleMsDuring(rest)).toBeGreaterThan(0)
})

describe('openConnection', () => {
  it('waits for all of an answer, with a length or in chunks, one request after the other', async () => {
    const port = await serve(async ({ url }, response) => {
      if (url === '/length') response.setHeader('content-length', 10)
      response.write('12345')
      await new Promise((resolve) => setTimeout(resolve, 20))
      response.end('67890')
    })
    const connection = await openConnection(port)
    const length = await connection.send(formatRequest({ path: '/length' }))
    expect(length).toMatchObject({ status: 200, body: '1234567890' })
    const chunks = await connection.send(formatRequest({ path: '/chunks' }))
    expect(chunks).toMatchObject({ status: 200, body: '5\r\n12345\r\n5\r\n67890\r\n0\r\n\r\n' })
    connection.close()
  })

  it('comes from the given address, and posts a form', async () => {
    const port = await serve(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      response.end(`${request.socket.remoteAddress} ${request.method} ${body}`)
    })
    const connection = await openConnection(port, { from: '127.0.0.9' })
    const answer = await connection.send(formatForm('/token', { username: 'a b' }))
    expect(answer.body).toContain('127.0.0.9 POST username=a+b')
    connection.close()
  })
})

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
