// Debian's packages, for what a test needs and the machine does not have: only root installs any.

import { spawn } from 'node:child_process'

/** What installing asks of the machine, so that tests can be a machine of any kind. */
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
// Another installation may be under way: wait for it, but not for ever.
const aptGet = ['-q', '-o', 'DPkg::Lock::Timeout=120', '-o', 'Dpkg::Use-Pty=0']

/** Comes before `installPackages`. False where the user may install none, or the system is another. */
export async function updatePackageLists(machine: PackageMachine): Promise<boolean> {
  if (!canInstallPackages(machine)) return false
  // A failed update is no reason to stop: the lists that are here may do.
  await machine.run('apt-get', [...aptGet, 'update'], { timeoutMs: 180_000, environment: quiet })
  return true
}

/** Whether this is Debian or a system made of it, and the user is root. */
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
      // Of a tool that failed, the first line says why; the stacks below it help nobody here.
      if (code !== 0) console.log(complaint.trim().split('\n')[0])
      resolve(code === 0)
    })
  })
}
