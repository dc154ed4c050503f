// A process on a machine whose clock is wrong: libfaketime, through its environment only.

import { existsSync, readdirSync } from 'node:fs'

/**
 * Added to a process's environment; `undefined` where libfaketime is not installed (Debian:
 * faketime).
 */
export function skewClock(seconds: number): Record<string, string> | undefined {
  const library = findLibrary()
  if (library === undefined) return undefined
  return {
    LD_PRELOAD: library,
    FAKETIME: `${seconds < 0 ? '' : '+'}${seconds}s`,
    // Setting a machine's clock never touches its monotonic one.
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  }
}

function findLibrary(): string | undefined {
  if (!existsSync('/usr/lib')) return undefined
  return readdirSync('/usr/lib')
    .map((folder) => `/usr/lib/${folder}/faketime/libfaketime.so.1`)
    .find((file) => existsSync(file))
}
