// Fetches what Keycard is measured against: packages of the bench's own, and FastAPI where apt has it.

import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const peersFolder = fileURLToPath(new URL('peers/', import.meta.url))
const aptPackages = ['python3-fastapi', 'python3-uvicorn', 'python3-jwt']

/** From the lockfile beside them, once; they are not part of Keycard's own installation. */
export function ensurePeers(): void {
  if (existsSync(`${peersFolder}node_modules`)) return
  console.log('Installing what Keycard is measured against, once…')
  run('npm', ['ci', '--ignore-scripts', '--no-fund', '--no-audit'], peersFolder)
}

export function installFastapi(): void {
  run('apt-get', ['update', '-qq'])
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...aptPackages])
}

function run(command: string, args: string[], cwd?: string): void {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', ...(cwd && { cwd }) })
  if (status !== 0) {
    throw new Error(`This failed: ${command} ${args.join(' ')}`, { cause: error })
  }
}
