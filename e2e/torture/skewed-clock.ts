// A process whose machine is wrong about the time: libfaketime, through its environment alone.

import { existsSync, readdirSync } from 'node:fs'

/** Added to a process's environment; `undefined` where libfaketime is not installed (Debian: faketime). */
export function skewClock(seconds: number): Record<string, string> | undefined {
  const library = findLibrary()
  if (library === undefined) return undefined
  return {
    LD_PRELOAD: library,
    FAKETIME: `${seconds < 0 ? '' : '+'}${seconds}s`,
    // No setting of a machine's clock touches its monotonic one.
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  }
}

function findLibrary(): string | undefined {
  if (!existsSync('/usr/lib')) return undefined
  return readdirSync('/usr/lib')
    .map((folder) => `/usr/lib/${folder}/faketime/libfaketime.so.1`)
    .find((file) => existsSync(file))
}
