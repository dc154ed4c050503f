// @ts-check
// Whether the npm that started this process still runs: npm dies of a SIGTERM, and passes none on.

import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const pollIntervalMs = 250

/**
 * npm runs a script in a shell: a SIGTERM ends npm and the shell, a SIGKILL npm alone. In both
 * cases the process that the shell started would stay, with its port.
 * @param {() => void} onGone called once, when npm or the shell has ended
 */
export function watchParent(onGone) {
  const { ppid } = process
  // The first process of a system or container adopts orphans, and never ends before them.
  if (ppid <= 1) return
  const watched = [ppid]
  void findNpm(ppid).then((npm) => npm && watched.push(npm))
  const timer = setInterval(() => {
    // POSIX gives an orphan another parent; Windows keeps naming the one that is gone.
    if (process.ppid === ppid && watched.every(isRunning)) return
    clearInterval(timer)
    onGone()
  }, pollIntervalMs)
  timer.unref()
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH'
  }
}

const shells = /^-?(ba|da|z|k|a)?sh$|^busybox$|^cmd\.exe$/i

/**
 * @param {number} parent
 * @returns {Promise<number | undefined>} undefined where the shell has replaced itself, or the
 *   parent cannot be found
 */
async function findNpm(parent) {
  try {
    const { name, ppid } = await describe(parent)
    return shells.test(name) && ppid > 1 ? ppid : undefined
  } catch {
    return undefined
  }
}

/**
 * @param {number} pid
 * @returns {Promise<{ name: string, ppid: number }>}
 */
async function describe(pid) {
  const text = await readStatus(pid)
  const [, ppid, path = ''] = /^\s*(\d+)\s+(.*\S)/.exec(text) ?? []
  return { name: path.split('/').at(-1) ?? '', ppid: Number(ppid) }
}

/**
 * @param {number} pid
 * @returns {Promise<string>} the number of its parent, and its name
 */
async function readStatus(pid) {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
    const [, name, ppid] = /^\d+ \((.*)\) \S (\d+)/s.exec(stat) ?? []
    return `${ppid} ${name}`
  }
  const [file, ...args] =
    process.platform === 'win32'
      ? [
          'powershell.exe',
          '-NoProfile',
          '-Command',
          `$p = Get-CimInstance Win32_Process -Filter ProcessId=${pid}; "$($p.ParentProcessId) $($p.Name)"`,
        ]
      : ['ps', '-o', 'ppid=,comm=', '-p', String(pid)]
  const { stdout } = await promisify(execFile)(String(file), args)
  return stdout
}
