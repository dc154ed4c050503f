// Requests that reach no route: parser errors, an expectation, CONNECT, and no Host or two of them.

import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import type { ConnectionError, FastifyInstance } from 'fastify'
import { AppError } from '../../contract/app-error.ts'
import {
  describeRefusalPolicy,
  isNavigationPacket,
  type Refusal,
  type RefusalPage,
} from '../html/refusal-page.ts'
import { closeLingering } from '../lingering-close.ts'
import { makeRequestId } from '../request-id.ts'
import type { SecurityHeaders } from '../security-headers.ts'
import { headersTooLarge } from './large-headers.ts'

/**
 * Fastify's `clientErrorHandler`: the answer has the headers of every other, and the log has its
 * id. The log does not get `error.rawPacket`, which holds the request with its cookies (R30).
 */
export function refuseUnparsed({ ofData }: SecurityHeaders, page: RefusalPage | undefined) {
  const refused = new WeakSet<Socket>()

  return function refuse(this: FastifyInstance, error: ConnectionError, socket: Socket): void {
    // After its first error the parser complains about everything that follows.
    if (refused.has(socket)) return
    refused.add(socket)
    if (error.code === 'ECONNRESET' || !socket.writable || hasBegunToAnswer(socket)) {
      socket.destroy()
      return
    }
    const requestId = makeRequestId()
    const refusal = describeParserError(error)
    this.log.info(
      { reqId: requestId, status: refusal.status, code: error.code },
      'unreadable request',
    )
    const headers = { ...ofData, 'x-request-id': requestId }
    const isPage = page && isNavigationPacket(error.rawPacket)
    socket.write(isPage ? formatPage(page, refusal, headers) : formatAnswer(refusal, headers))
    closeLingering(socket)
  }
}

/** By default Node answers these itself, with neither a message nor our headers. */
export function refuseUnrouted(app: FastifyInstance, { ofData }: SecurityHeaders): void {
  const headers = () => ({ ...ofData, 'x-request-id': makeRequestId() })
  app.server.on('checkExpectation', ({ socket }: IncomingMessage) => {
    socket.write(formatAnswer(unknownExpectation, headers()))
    closeLingering(socket)
  })
  app.server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    // The server no longer handles this socket: a reset would otherwise end the process.
    socket.on('error', () => {}).resume()
    socket.write(formatAnswer(noProxy, { ...headers(), allow }))
    closeLingering(socket)
  })
}

/**
 * RFC 9112 §3.2: exactly one Host, and none only in HTTP/1.0; another proxy might use the other
 * one.
 */
export function requireOneHost(app: FastifyInstance): void {
  app.addHook('onRequest', ({ raw }, _reply, done) => {
    const count = countHosts(raw.rawHeaders)
    const isOne = count === 1 || (count === 0 && raw.httpVersion === '1.0')
    if (isOne && hostSyntax.test(raw.headers.host ?? '')) done()
    else done(new AppError('invalid_request', 'There must be one Host header with a host in it'))
  })
}

/** RFC 9110 §7.2, slightly wider: whether the host is ours is checked elsewhere. */
const hostSyntax = /^[\w.~%!$&'()*+,;=:[\]-]*$/

/** Node silently keeps the first of two. Names and values alternate. */
function countHosts(rawHeaders: readonly string[]): number {
  let count = 0
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]
    if (name?.length === 4 && name.toLowerCase() === 'host') count += 1
  }
  return count
}

function describeParserError({ code }: ConnectionError): Refusal {
  switch (code as string) {
    case 'HPE_HEADER_OVERFLOW':
      return headersTooLarge
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { status: 413, detail: 'The chunk extensions are too large' }
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { status: 408, detail: 'The request took too long to arrive' }
    default:
      return { status: 400, detail: 'The request is malformed' }
  }
}

const unknownExpectation: Refusal = {
  status: 417,
  detail: 'Of the expectations of RFC 9110 §10.1.1 only 100-continue is known',
}

const noProxy: Refusal = { status: 405, detail: 'This server is no proxy' }
const allow = 'GET, HEAD, POST, PATCH, DELETE'

function formatPage(page: RefusalPage, refusal: Refusal, headers: object): string {
  return formatResponse(refusal.status, page.render(refusal), {
    ...headers,
    'content-security-policy': describeRefusalPolicy(page.styleHash),
    'content-type': 'text/html; charset=utf-8',
  })
}

function formatAnswer({ status, detail }: Refusal, headers: object): string {
  return formatResponse(status, JSON.stringify({ detail }), {
    ...headers,
    'content-type': 'application/json; charset=utf-8',
  })
}

function formatResponse(status: number, body: string, headers: object): string {
  const lines = Object.entries({
    ...headers,
    'cache-control': 'no-store',
    'content-length': Buffer.byteLength(body),
    date: new Date().toUTCString(),
    connection: 'close',
  }).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`
}

/** A second answer in the middle of one would be read as part of it. Node checks in the same way. */
function hasBegunToAnswer(socket: Socket & { _httpMessage?: ServerResponse | null }): boolean {
  return socket._httpMessage?.headersSent === true
}
