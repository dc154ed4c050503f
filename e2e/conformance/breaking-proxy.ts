// A proxy in front of a correct server that breaks one thing: the control of the conformance suite.

import { createServer, type IncomingMessage, request as sendRequest } from 'node:http'
import { findFreePort } from '../support/test-server.ts'

export interface PassingRequest {
  method: string
  /** With the query. */
  path: string
  /** Names and values alternate, as they came: one name may occur twice. */
  headers: string[]
  body: string
}

export interface PassingAnswer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
}

/** Changes what passes through, in place. */
export interface Breakage {
  request?: (request: PassingRequest) => void
  answer?: (answer: PassingAnswer, request: PassingRequest) => void
}

export interface Proxy {
  url: string
  forwardTo(port: number): void
  breakWith(breakage: Breakage): void
  close(): Promise<void>
}

export async function startProxy(): Promise<Proxy> {
  const port = await findFreePort()
  let target = 0
  let broken: Breakage = {}
  const server = createServer(async (request, response) => {
    const passing: PassingRequest = {
      method: request.method ?? 'GET',
      path: request.url ?? '/',
      headers: request.rawHeaders,
      body: await readText(request),
    }
    broken.request?.(passing)
    const answer = await forward(target, passing)
    broken.answer?.(answer, passing)
    for (const [name, value] of Object.entries(answer.headers)) {
      const isOfTheBody = name === 'content-length' || name === 'transfer-encoding'
      if (value !== undefined && !isOfTheBody) response.setHeader(name, value)
    }
    response.writeHead(answer.status, { connection: 'close' }).end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(port, 'localhost', resolve))
  return {
    url: `http://localhost:${port}`,
    forwardTo(newTarget) {
      target = newTarget
    },
    breakWith(breakage) {
      broken = breakage
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
}

function forward(port: number, passing: PassingRequest): Promise<PassingAnswer> {
  const { method, path, body } = passing
  const headers = dropHeaders(passing.headers, ['content-length', 'connection'])
  if (body !== '') headers.push('content-length', String(Buffer.byteLength(body)))
  headers.push('connection', 'close')
  return new Promise((resolve, reject) => {
    const request = sendRequest({ host: 'localhost', port, method, path, headers, agent: false })
    request.once('error', reject)
    request.once('response', async (response) => {
      const { statusCode: status = 0, headers: received } = response
      resolve({ status, headers: received, body: await readText(response) })
    })
    request.end(body)
  })
}

function dropHeaders(headers: readonly string[], names: readonly string[]): string[] {
  return headers.filter(
    (_text, index) => !names.includes(headers[index - (index % 2)]?.toLowerCase() ?? ''),
  )
}

async function readText(message: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of message) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}
