// One HTTP connection on a plain socket, one request after the other: sending costs little.

import { connect } from 'node:net'

export interface Connection {
  /** One at a time. */
  send(request: string): Promise<Answer>
  close(): void
}

export interface Answer {
  status: number
  head: string
  /** For a chunked answer: with the chunk lengths in between, as it came. */
  body: string
}

interface ConnectionOptions {
  /** The source address: any of 127.0.0.0/8. */
  from?: string
}

export interface Request {
  path: string
  method?: 'GET' | 'POST'
  headers?: Readonly<Record<string, string>>
  body?: string
}

export async function openConnection(
  port: number,
  { from = '127.0.0.1' }: ConnectionOptions = {},
): Promise<Connection> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: from }).setNoDelay()
  socket.setEncoding('latin1')
  let received = ''
  let waiting: Waiting | undefined
  let ended: Error | undefined
  const fail = (error: Error) => {
    ended ??= error
    waiting?.reject(ended)
  }
  socket.on('error', fail)
  socket.on('close', () => fail(new Error('the server hung up')))
  socket.on('data', (chunk: string) => {
    received += chunk
    const answer = readAnswer(received)
    if (!answer) return
    received = ''
    waiting?.resolve(answer)
  })
  return {
    send(request) {
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject }
        if (ended) reject(ended)
        else socket.write(request)
      })
    },
    close: () => void socket.destroy(),
  }
}

export function formatRequest({ method = 'GET', path, headers = {}, body = '' }: Request): string {
  const lines = [
    `${method} ${path} HTTP/1.1`,
    'Host: localhost',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    ...(body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
  ]
  return `${lines.join('\r\n')}\r\n\r\n${body}`
}

export function formatForm(path: string, fields: Readonly<Record<string, string>>): string {
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const body = new URLSearchParams(fields).toString()
  return formatRequest({ method: 'POST', path, headers, body })
}

/** @throws Error where the answer is not 200 */
export function requireOk(answer: Answer): Answer {
  if (answer.status !== 200) throw new Error(`${answer.head}\n\n${answer.body.slice(0, 300)}`)
  return answer
}

interface Waiting {
  resolve(answer: Answer): void
  reject(error: Error): void
}

/** undefined while a part of it is still on its way. */
function readAnswer(text: string): Answer | undefined {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const head = text.slice(0, end)
  const body = text.slice(end + 4)
  const length = /^content-length: (\d+)$/im.exec(head)?.[1]
  const isWhole =
    length === undefined ? /(^|\r\n)0\r\n\r\n$/.test(body) : body.length >= Number(length)
  return isWhole ? { status: Number(head.slice(9, 12)), head, body } : undefined
}
