// Sends one request over and over on a few connections: plain sockets, so that the sender costs little.

import { connect, type Socket } from 'node:net'

export interface Target {
  port: number
  path: string
  headers: Readonly<Record<string, string>>
  method?: 'GET' | 'POST'
  body?: string
}

interface LoadOptions {
  /** 16 by default. */
  connections?: number
}

/**
 * Resolves when `count` answers have come.
 * @throws Error at the first answer that is not 200
 */
export async function sendCalls(
  target: Target,
  count: number,
  { connections = 16 }: LoadOptions = {},
): Promise<void> {
  const request = formatRequest(target)
  let left = count
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(target.port, '127.0.0.1').setNoDelay()
      try {
        await converse(socket, request, () => left-- > 0)
      } finally {
        socket.destroy()
      }
    }),
  )
}

function formatRequest({ method = 'GET', path, headers, body = '' }: Target): string {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

/** One request after the other, as long as there is another to send. */
function converse(socket: Socket, request: string, mayGoOn: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = ''
    const next = () => (mayGoOn() ? socket.write(request) : resolve())
    socket.once('connect', next)
    socket.once('error', reject)
    socket.once('close', () => reject(new Error('the server hung up')))
    socket.setEncoding('latin1')
    socket.on('data', (chunk: string) => {
      received += chunk
      if (!isWhole(received)) return
      if (!received.startsWith('HTTP/1.1 200')) reject(new Error(received.slice(0, 300)))
      received = ''
      next()
    })
  })
}

function isWhole(answer: string): boolean {
  const end = answer.indexOf('\r\n\r\n')
  if (end < 0) return false
  const length = /^content-length: (\d+)\r$/im.exec(answer.slice(0, end + 1))?.[1]
  return length === undefined
    ? answer.endsWith('\r\n0\r\n\r\n')
    : answer.length >= end + 4 + Number(length)
}
