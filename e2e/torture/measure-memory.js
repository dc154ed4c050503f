// How much memory this process holds after garbage collection. Plain JavaScript: a built server loads it too.

/**
 * In between hundreds of MiB come and go, the more the busier the machine is. Needs `--expose-gc`.
 * @returns {import('./memory.ts').Memory}
 */
export function measureMemory() {
  // Twice: what a first collection finalizes is free in the second.
  global.gc?.()
  global.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  return { rssMiB: rss / 1024 ** 2, heapMiB: heapUsed / 1024 ** 2 }
}
