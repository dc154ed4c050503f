// Ends what a connection waits for, before it is given up: PostgreSQL does not notice that a client has gone.

import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

interface EndOptions {
  openSocket(): Socket
  /** False where nothing depends on it any more. */
  isWanted(): boolean
  /** Called where a request did not arrive. */
  onUnheard(): void
}

/** In milliseconds: for one request, for the server's answer to it, and between two requests. */
const [requestMs, answerMs, pauseMs] = [1_000, 1_000, 250]

/**
 * A backend that waits for a synchronous standby looks at no socket, and would stay. It is told to
 * stop (manual §55.2.8), again and again until it has answered after all or the request has
 * arrived. Resolves when nothing of the connection is left at the server.
 */
export async function endRunning(client: pg.Client, options: EndOptions): Promise<void> {
  const { openSocket, isWanted, onUnheard } = options
  const isLost = client.connection.stream.destroyed
  const over = new Promise<void>((resolve) => {
    // A lost connection reports nothing more.
    if (isLost) return
    client.once('drain', resolve)
    client.once('end', resolve)
  })
  const isOver = over.then(() => true)
  while (!(await Promise.race([requestCancel(client, openSocket), isOver]))) {
    onUnheard()
    if (!isWanted()) break
    await pause(pauseMs)
  }
  if (isLost) return
  await Promise.race([over, pause(answerMs)])
  await Promise.race([client.end(), pause(answerMs)])
}

/** True where the server has read it, or is gone; the outcome is not reported. */
async function requestCancel(client: pg.Client, openSocket: () => Socket): Promise<boolean> {
  const { processID, secretKey, ssl, host, port } = client as unknown as ConnectedClient
  const connection = new pg.Connection({ stream: openSocket, ssl }) as unknown as CancelConnection
  const send = () => connection.cancel(processID, secretKey)
  connection.on('connect', () => (ssl ? connection.requestSsl() : send()))
  connection.on('sslconnect', send)
  const heard = new Promise<boolean>((resolve) => {
    connection.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'ECONNREFUSED'))
    connection.on('end', () => resolve(true))
  })
  if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`)
  else connection.connect(port, host)
  try {
    return await Promise.race([heard, pause(requestMs).then(() => false)])
  } finally {
    connection.stream.destroy()
  }
}

const pause = (milliseconds: number) => sleep(milliseconds, undefined, { ref: false })

/** Present in pg, and missing in its types. */
interface ConnectedClient {
  processID: number
  secretKey: number
  ssl: pg.ClientConfig['ssl']
  host: string
  port: number
}

interface CancelConnection extends NodeJS.EventEmitter {
  stream: Socket
  connect(portOrPath: number | string, host?: string): void
  requestSsl(): void
  cancel(processId: number, secretKey: number): void
}
