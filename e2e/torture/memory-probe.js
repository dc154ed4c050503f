// Loaded into a server before its own code: reports to its parent process how much memory it holds.

import { subscribe } from 'node:diagnostics_channel'
import { isMainThread } from 'node:worker_threads'
import { measureMemory } from './measure-memory.js'

/** Control: a server that keeps this much of every request. */
const leakedBytes = Number(process.env.TORTURE_LEAKED_BYTES ?? 0)
/** @type {number[][]} */
const leaked = []

if (isMainThread) {
  process.on('message', () => process.send?.(measureMemory()))
  if (leakedBytes > 0)
    subscribe('http.server.request.start', () => leaked.push(new Array(leakedBytes / 8).fill(0)))
}
