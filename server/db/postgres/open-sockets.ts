// Tracks the sockets to the database, so that a dead one does not keep the process alive.

import { Socket } from 'node:net'

export interface OpenSockets {
  /** What pg asks for as its `stream`. */
  open(): Socket
  destroyAll(): void
}

export function createOpenSockets(): OpenSockets {
  const sockets = new Set<Socket>()
  return {
    open() {
      const socket = new Socket()
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      return socket
    },
    destroyAll() {
      for (const socket of sockets) socket.destroy()
    },
  }
}
