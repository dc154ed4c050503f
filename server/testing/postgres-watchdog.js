// @ts-check
// A process that keeps a test's PostgreSQL running, and removes it when the test run is gone.

import { spawn, spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Its last argument: what is started, by which user, and the folder that belongs to it.
 * @typedef {{ binaries: string, folder: string, owner?: { uid: number, gid: number }, args:
 *   string[] }} Cluster
 */

/** @type {Cluster} */
const { binaries, folder, owner, args } = JSON.parse(process.argv[2] ?? '')
const data = join(folder, 'data')
/** Not the folder of the tests, which that user may not be able to read. */
const options = /** @type {const} */ ({ ...owner, cwd: '/', stdio: 'ignore' })
let isEnding = false

function start() {
  const server = spawn(join(binaries, 'postgres'), ['-D', data, ...args], options)
  server.once('error', () => process.exit(1))
  server.once('exit', () => {
    if (isEnding) removeFolder()
    else setTimeout(() => (isEnding ? removeFolder() : start()), 100)
  })
}

function removeFolder() {
  rmSync(folder, { recursive: true, force: true })
}

/** Standard input closes when the run ends, and also when it is killed: no server is left behind. */
process.stdin.resume().once('close', () => {
  isEnding = true
  spawnSync(join(binaries, 'pg_ctl'), ['-D', data, '-m', 'immediate', '-W', 'stop'], options)
})

start()
