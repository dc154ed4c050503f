// Sends exact bytes to a port and reads the answer, without the corrections that an HTTP client makes.

import { once } from 'node:events'
import { connect } from 'node:net'

export interface RawAnswer {
  status: number
  /** By their names in lower case. */
  headers: Readonly<Record<string, string>>
  body: string
  /** The raw bytes. */
  text: string
  /** ECONNRESET or EPIPE where the connection broke before it was closed. */
  error: string | undefined
}

/** Used in place of a piece: what follows is written once bytes of the answer have arrived. */
export const answerBegun = Symbol('answer begun')

/** Writes all of `pieces`, one after the other as the socket takes them, and reads until the end. */
export async function sendRaw(
  port: number,
  ...pieces: (string | Buffer | typeof answerBegun)[]
): Promise<RawAnswer> {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  let error: string | undefined
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk
  })
  socket.on('error', (cause: NodeJS.ErrnoException) => {
    error = cause.code
  })
  const closed = once(socket, 'close')
  const begun = once(socket, 'data')
  for (const piece of pieces) {
    if (socket.destroyed) break
    if (piece === answerBegun) {
      await Promise.race([begun, closed])
      continue
    }
    const bytes = typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece
    if (!socket.write(bytes)) await Promise.race([once(socket, 'drain').catch(() => {}), closed])
  }
  await closed.catch(() => {})
  return { ...readAnswer(text), error }
}

function readAnswer(text: string): Omit<RawAnswer, 'error'> {
  const end = text.indexOf('\r\n\r\n')
  const [statusLine = '', ...lines] = text.slice(0, end).split('\r\n')
  const headers = lines.map((line) => {
    const colon = line.indexOf(':')
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  })
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1])
  return { status, headers: Object.fromEntries(headers), body: text.slice(end + 4), text }
}
