// A PostgreSQL without the features that some poolers and distributed databases lack: its proxy
// refuses those statements.

import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface PostgresProxy {
  /** The same database, through the proxy. */
  url: string
  /** What was refused, in order. */
  readonly refused: readonly string[]
  close(): Promise<void>
}

/** Matching statements get the answer that CockroachDB gives for a missing feature. */
export async function startPostgresProxy(url: string, lacks: RegExp): Promise<PostgresProxy> {
  const target = new URL(url)
  const refused: string[] = []
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        client.destroy()
        upstream.destroy()
      })
    }
    upstream.pipe(client)
    const filter = createFilter(lacks, refused)
    client.on('data', (chunk) => {
      for (const { to, bytes } of filter(chunk)) (to === 'client' ? client : upstream).write(bytes)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const proxied = new URL(url)
  proxied.hostname = '127.0.0.1'
  proxied.port = String((server.address() as AddressInfo).port)
  return {
    url: proxied.href,
    refused,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

interface Forwarded {
  to: 'client' | 'upstream'
  bytes: Buffer
}

/**
 * Reads the messages of one client: the start-up has no type, and each one after it is a type, a
 * length and a body. A simple query ('Q') that is refused gets its error and the end of its turn; a
 * prepared one ('P') gets its error, and with the next synchronisation ('S') the end.
 */
function createFilter(lacks: RegExp, refused: string[]): (chunk: Buffer) => Forwarded[] {
  let pending = Buffer.alloc(0)
  let hasStarted = false
  let isSkipping = false

  function judge(message: Buffer): Forwarded[] {
    const type = String.fromCharCode(message[0] ?? 0)
    if (isSkipping) {
      if (type !== 'S') return []
      isSkipping = false
      return [{ to: 'client', bytes: readyForQuery }]
    }
    const text = message.toString('latin1', 5)
    if ((type !== 'Q' && type !== 'P') || !lacks.test(text)) {
      return [{ to: 'upstream', bytes: message }]
    }
    refused.push(text.replaceAll('\0', ' ').trim())
    isSkipping = type === 'P'
    return [
      { to: 'client', bytes: notSupported },
      ...(isSkipping ? [] : [{ to: 'client', bytes: readyForQuery } as const]),
    ]
  }

  return (chunk) => {
    pending = Buffer.concat([pending, chunk])
    const forwarded: Forwarded[] = []
    for (;;) {
      const head = hasStarted ? 1 : 0
      if (pending.length < head + 4) return forwarded
      const length = head + pending.readUInt32BE(head)
      if (pending.length < length) return forwarded
      const message = pending.subarray(0, length)
      pending = pending.subarray(length)
      forwarded.push(
        ...(hasStarted ? judge(message) : [{ to: 'upstream', bytes: message } as const]),
      )
      hasStarted = true
    }
  }
}

const notSupported = encode('E', 'SERROR\0VERROR\0C0A000\0Munimplemented: this syntax\0\0')
const readyForQuery = encode('Z', 'I')

function encode(type: string, body: string): Buffer {
  const bytes = Buffer.from(`${type}\0\0\0\0${body}`, 'latin1')
  bytes.writeUInt32BE(bytes.length - 1, 1)
  return bytes
}
