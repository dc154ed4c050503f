// The connection between Keycard and PostgreSQL: it can be held, cut, or made deaf to notifications.

import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'

export interface Wire {
  /** The database's address, through this proxy. */
  url: string
  /** No byte passes and nothing ends, as behind a firewall that drops packets. */
  hold(): void
  /** What was held arrives after all. */
  release(): void
  /** Ends every connection, and every new one until `mend`. */
  cut(): void
  mend(): void
  /** Later connections go to this database, as when a name moves to a promoted standby. */
  lead(databaseUrl: string): void
  /** Ends every connection that LISTENs, now and from now on: only the poll is left. */
  refuseListeners(): void
  close(): void
}

/** The name of such a connection, in the first message of PostgreSQL's protocol. */
const listenerName = 'keycard listening'

interface Line {
  sockets: readonly Socket[]
  isListener: boolean
}

export async function startWire(databaseUrl: string): Promise<Wire> {
  let target = new URL(databaseUrl)
  const lines = new Set<Line>()
  const state = { held: false, cut: false, deaf: false }

  function end({ sockets }: Line): void {
    for (const socket of sockets) socket.destroy()
  }

  const server = createServer((near) => {
    if (state.cut) {
      near.destroy()
      return
    }
    const far = connect({ host: target.hostname, port: Number(target.port) })
    const line: Line = { sockets: [near, far], isListener: false }
    lines.add(line)
    near.once('data', (first) => {
      line.isListener = String(first).includes(listenerName)
      if (line.isListener && state.deaf) end(line)
    })
    pass(near, far)
    pass(far, near)
    for (const socket of line.sockets) {
      if (state.held) socket.pause()
      socket.on('close', () => lines.delete(line))
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = new URL(databaseUrl)
  if (typeof address === 'object' && address !== null) url.port = String(address.port)

  const forEachSocket = (step: (socket: Socket) => void) => {
    for (const { sockets } of lines) sockets.forEach(step)
  }
  return {
    url: url.href,
    hold() {
      state.held = true
      forEachSocket((socket) => socket.pause())
    },
    release() {
      state.held = false
      forEachSocket((socket) => socket.resume())
    },
    cut() {
      state.cut = true
      lines.forEach(end)
    },
    mend() {
      state.cut = false
    },
    lead(otherUrl) {
      target = new URL(otherUrl)
    },
    refuseListeners() {
      state.deaf = true
      for (const line of lines) if (line.isListener) end(line)
    },
    close() {
      server.close()
      lines.forEach(end)
    },
  }
}

function pass(from: Socket, to: Socket): void {
  from.on('data', (chunk) => to.write(chunk))
  from.on('end', () => to.end())
  from.on('error', () => to.destroy())
}
