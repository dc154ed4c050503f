// Loaded into a server before its own code: tells whoever started it how much memory it holds.

import { subscribe } from 'node:diagnostics_channel'
import { isMainThread } from 'node:worker_threads'

/** The control: a server that keeps so much of every request. */
const leakedBytes = Number(process.env.TORTURE_LEAKED_BYTES ?? 0)
/** @type {number[][]} */
const leaked = []

if (isMainThread) {
  process.on('message', tellMemory)
  if (leakedBytes > 0)
    subscribe('http.server.request.start', () => leaked.push(new Array(leakedBytes / 8).fill(0)))
}

/** What stays: in between hundreds of MiB come and go, the more the busier the machine is. */
function tellMemory() {
  // Twice: what a first collection finalizes is free in the second.
  global.gc?.()
  global.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  process.send?.({ rssMiB: rss / 1024 ** 2, heapMiB: heapUsed / 1024 ** 2 })
}
