// The tabs of a browser for tests in Node, with locks and channels between them that may be refused.

import type { TabChannel } from '../session/tab-channel.ts'

/** They exist, and reject every request, as in Chrome with cookies blocked. */
export const refusedLocks = {
  request: () => Promise.reject(new DOMException('Access denied', 'SecurityError')),
}

/** They exist, and never answer a request. */
export const silentLocks = { request: () => new Promise<never>(() => undefined) }

interface HeldLock {
  break(): void
}

/** As far as Web Locks are used here: all of them are exclusive. */
export function createLocks(lockMs: number) {
  const holders = new Map<string, HeldLock>()
  const queues = new Map<string, (() => void)[]>()

  function request(
    name: string,
    { ifAvailable, signal, steal }: LockOptions,
    work: (lock: unknown) => unknown,
  ): Promise<unknown> {
    if (ifAvailable && holders.has(name)) return Promise.resolve(work(null))
    return new Promise((resolve, reject) => {
      const start = async () => {
        const held = { break: () => reject(new DOMException('Stolen', 'AbortError')) }
        holders.set(name, held)
        await new Promise((go) => setTimeout(go, lockMs))
        await work({})
        resolve(undefined)
        if (holders.get(name) !== held) return
        holders.delete(name)
        queues.get(name)?.shift()?.()
      }
      if (steal) holders.get(name)?.break()
      if (steal || !holders.has(name)) return void start()
      const queue = queues.get(name) ?? []
      queues.set(name, queue)
      queue.push(start)
      signal?.addEventListener('abort', () => {
        const place = queue.indexOf(start)
        // A granted lock stays granted.
        if (place < 0) return
        queue.splice(place, 1)
        reject(signal.reason)
      })
    })
  }
  return { request }
}

/** @returns a function that opens the channel of that name in one more tab */
export function createChannels<Message>(messageMs: number) {
  const tabs = new Map<string, Set<Set<(message: Message) => void>>>()
  return (name: string): TabChannel<Message> => {
    const listeners = new Set<(message: Message) => void>()
    const all = tabs.get(name) ?? new Set()
    tabs.set(name, all.add(listeners))
    return {
      tell(message) {
        const others = [...all].filter((other) => other !== listeners)
        setTimeout(() => {
          for (const other of others) for (const listener of other) listener(message)
        }, messageMs)
        return all.has(listeners)
      },
      hear(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      close() {
        listeners.clear()
        all.delete(listeners)
      },
    }
  }
}
