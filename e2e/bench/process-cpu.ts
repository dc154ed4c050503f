// How much processor time a process has used, all its threads together.

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** In microseconds; Linux counts it in hundredths of a second. */
export function readCpuTimeUs(pid: number): number {
  if (process.platform !== 'linux') return readByPs(pid)
  // proc(5): the name in brackets may hold spaces; after it, utime and stime are the 12th and 13th.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10_000
}

/**
 * In microseconds, of the thread that runs the server's JavaScript and its SQLite; off Linux, of
 * all.
 */
export function readMainThreadTimeUs(pid: number): number {
  if (process.platform !== 'linux') return readByPs(pid)
  const [nanoseconds] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')
  return Number(nanoseconds) / 1_000
}

/** In mebibytes: how much of it is in memory. */
export function readMemoryMib(pid: number): number {
  const kib = execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' })
  return Number(kib) / 1_024
}

/** In mebibytes: its peak memory; 0 where it is gone, or the system is not Linux. */
export function readPeakMemoryMib(pid: number): number {
  try {
    const [, kib] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return Number(kib ?? 0) / 1_024
  } catch {
    return 0
  }
}

/** `[days-]hh:mm:ss` or `mm:ss.cc` */
function readByPs(pid: number): number {
  const text = execFileSync('ps', ['-o', 'cputime=', '-p', String(pid)], { encoding: 'utf8' })
  const parts = text.trim().split(/[-:]/).map(Number).reverse()
  const seconds = [1, 60, 3_600, 86_400]
  return parts.reduce((sum, part, index) => sum + part * (seconds[index] ?? 0), 0) * 1_000_000
}
