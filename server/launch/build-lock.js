// @ts-check
// Of several starts at once, one builds and the others wait for as long as it shows signs of life.

import {
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'

const signOfLifeMs = 1_000
const pollIntervalMs = 100

/**
 * @typedef {object} BuildLock
 * @property {() => void} release removes the folder, with what is left in it
 */

/**
 * Creating the folder takes the lock. Its holder touches a file in it once a second: a process
 * number says little, since in a restarted container the same processes get the same numbers.
 * @param {string} folder
 * @param {{ onWait: () => void, silentMs?: number }} options `onWait` is called once, where another
 *   has it; `silentMs`: after how long without a sign of life it is taken over, 10,000 by default
 * @returns {Promise<BuildLock>}
 * @throws {Error} where the folder cannot be made
 */
export async function takeBuildLock(folder, { onWait, silentMs = 10_000 }) {
  const builder = path.join(folder, 'builder')
  let seen = { touchedAtMs: 0, sinceMs: performance.now() }
  let hasWaited = false
  while (!makeFolder(folder)) {
    // By this process's own time: no two clocks are compared.
    const touchedAtMs = readTime(builder) ?? readTime(folder) ?? 0
    if (touchedAtMs !== seen.touchedAtMs) seen = { touchedAtMs, sinceMs: performance.now() }
    const isGone = hasEnded(readIfThere(builder)) ?? performance.now() - seen.sinceMs > silentMs
    if (isGone) {
      rmSync(folder, { recursive: true, force: true })
      continue
    }
    if (!hasWaited) onWait()
    hasWaited = true
    await setTimeout(pollIntervalMs)
  }
  writeFileSync(builder, describeProcess(process.pid) ?? '')
  const timer = setInterval(() => touch(builder), signOfLifeMs)
  return {
    release() {
      clearInterval(timer)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** @param {string} folder */
function makeFolder(folder) {
  try {
    mkdirSync(folder)
    return true
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false
    throw error
  }
}

/** @param {string} file */
function touch(file) {
  const now = new Date()
  try {
    utimesSync(file, now, now)
  } catch {
    // Another process has taken the lock over: this build just ends.
  }
}

/** @param {string} file */
function readTime(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs
}

/**
 * It may vanish at any moment, when another start is done with it.
 * @param {string} file
 */
function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/**
 * @param {string | undefined} builder
 * @returns {boolean | undefined} undefined where it runs since another boot, or in another
 *   container: then its silence decides
 */
function hasEnded(builder) {
  const [boot, container, pid] = builder?.split(' ') ?? []
  const own = describeProcess(process.pid)?.split(' ')
  if (pid === undefined || boot !== own?.[0] || container !== own?.[1]) return undefined
  return describeProcess(Number(pid)) !== builder
}

/**
 * Identifies a process by its boot, its container, its number and its start time: no two are alike.
 * @param {number} pid
 * @returns {string | undefined} undefined where there is none, or the system is not Linux
 */
function describeProcess(pid) {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    const container = readlinkSync('/proc/self/ns/pid')
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name, in parentheses, may hold anything; the start time is the 20th word after it.
    const startedAt = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    return [boot, container, pid, startedAt].join(' ')
  } catch {
    return undefined
  }
}
