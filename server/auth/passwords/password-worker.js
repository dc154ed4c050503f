// @ts-check
// The thread that does bcrypt. Plain JavaScript, so that the same file runs in development, under
// test and from the build.

import os from 'node:os'
import { isMainThread } from 'node:worker_threads'
import { loadBcryptEngine } from './bcrypt-engine.js'

/** @typedef {import('./bcrypt-engine.js').BcryptEngineName} BcryptEngineName */

/**
 * @param {{ engine: BcryptEngineName | undefined, secret: string, cost: number }} task
 * @returns {Promise<string>} a `$2b$` hash with a salt of its own
 */
export async function hash({ engine, secret, cost }) {
  const bcrypt = await loadBcryptEngine(engine)
  return bcrypt.hash(secret, cost)
}

/**
 * A "no" comes after as much work as `leastCost` takes: otherwise a hash made at a lower cost would
 * reveal, by a quick "no", that the account exists.
 *
 * @param {{
 *   engine: BcryptEngineName | undefined
 *   secret: string
 *   stored: string
 *   storedCost: number
 *   leastCost: number
 * }} task
 * @returns {Promise<boolean>}
 */
export async function verify({ engine, secret, stored, storedCost, leastCost }) {
  const bcrypt = await loadBcryptEngine(engine)
  if (bcrypt.verify(secret, stored)) return true
  for (const cost of listMissingCosts(storedCost, leastCost)) bcrypt.hash(secret, cost)
  return false
}

/**
 * One hash at each cost in between makes up the difference exactly: 2^a + (2^a + 2^(a+1) + … +
 * 2^(b-1)) = 2^b.
 *
 * @param {number} storedCost
 * @param {number} leastCost
 */
export function listMissingCosts(storedCost, leastCost) {
  return Array.from({ length: Math.max(0, leastCost - storedCost) }, (_, step) => storedCost + step)
}

/**
 * On Linux process id 0 means this one thread: the main thread gets the larger share of a core that
 * both want. Elsewhere it would mean the whole process, so there it is left alone.
 */
function stepBehindMainThread() {
  if (isMainThread || process.platform !== 'linux') return
  try {
    os.setPriority(0, Math.min(os.getPriority(0) + 2, 19))
  } catch {
    // A sandbox may forbid it; the kernel then decides the order.
  }
}

stepBehindMainThread()
