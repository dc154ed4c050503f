// Installs Debian packages that a test needs and the machine lacks: only root can.

import { spawn } from 'node:child_process'

/** What installing needs from the machine, so that tests can describe any machine. */
export interface PackageMachine {
  platform: NodeJS.Platform
  isRoot: boolean
  exists(path: string): boolean
  /** Runs a command to its end; false where it failed, was not found or took too long. */
  run(command: string, args: readonly string[], options: RunOptions): Promise<boolean>
  say(line: string): void
}

export interface RunOptions {
  timeoutMs: number
  environment?: Record<string, string>
}

const quiet = { DEBIAN_FRONTEND: 'noninteractive' }
// Another installation may be running: wait for it, but not forever.
const aptGet = ['-q', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Dpkg::Use-Pty=0']

/**
 * Runs before `installPackages`. False where the user may not install, or the system is not Debian.
 */
export async function updatePackageLists(machine: PackageMachine): Promise<boolean> {
  if (!canInstallPackages(machine)) return false
  // A failed update is no reason to stop: the present lists may be enough.
  await machine.run('apt-get', [...aptGet, 'update'], { timeoutMs: 180_000, environment: quiet })
  return true
}

/** Whether this is Debian or a system based on it, and the user is root. */
export function canInstallPackages({ platform, isRoot, exists }: PackageMachine): boolean {
  return isRoot && platform === 'linux' && exists('/etc/debian_version')
}

/** Whether all of them are installed now. */
export async function installPackages(
  machine: PackageMachine,
  names: readonly string[],
): Promise<boolean> {
  machine.say(`Installing from Debian: ${names.join(', ')}.`)
  const installed = await machine.run(
    'apt-get',
    [...aptGet, 'install', '-y', '--no-install-recommends', ...names],
    { timeoutMs: 600_000, environment: quiet },
  )
  if (!installed) machine.say(`Not installed: ${names.join(', ')}.`)
  return installed
}

export function runCommand(
  command: string,
  args: readonly string[],
  options: RunOptions,
): Promise<boolean> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'inherit', 'pipe'],
    env: { ...process.env, ...options.environment },
    timeout: options.timeoutMs,
  })
  let complaint = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text
  })
  return new Promise((resolve) => {
    child.once('error', () => resolve(false))
    child.once('close', (code) => {
      // If a tool failed, the first line says why; the stacks below it help no one here.
      if (code !== 0) console.log(complaint.trim().split('\n')[0])
      resolve(code === 0)
    })
  })
}
