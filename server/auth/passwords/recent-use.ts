// How much each account or address has used lately: amounts that fade, in bounded memory.

import { LRUCache } from 'lru-cache'

export interface RecentUse {
  add(key: string, amount: number): void
  /** What is left of everything that was added; 0 for a key that was never seen. */
  of(key: string): number
}

interface RecentUseOptions {
  /** In milliseconds; after this time about a third is left (1/e). */
  fadeMs: number
  /** The longest unused is forgotten first. */
  maxKeys: number
}

export function createRecentUse(options: RecentUseOptions): RecentUse {
  const { fadeMs, maxKeys } = options
  const uses = new LRUCache<string, { amount: number; atMs: number }>({ max: maxKeys })

  function of(key: string): number {
    const use = uses.peek(key)
    return use ? use.amount * Math.exp((use.atMs - performance.now()) / fadeMs) : 0
  }

  return {
    of,
    add: (key, amount) => void uses.set(key, { amount: of(key) + amount, atMs: performance.now() }),
  }
}
