// Questions asked again and again while something is broken, and the outcome of each.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Answer } from './ask.ts'

export interface Probe {
  /** In milliseconds since the watch began. */
  sentAtMs: number
  tookMs: number
  /** 0 where no answer came. */
  status: number
  hasRetryAfter: boolean
}

export interface Watch {
  /** By the name of the question, in the order they were sent. */
  readonly probes: ReadonlyMap<string, readonly Probe[]>
  nowMs(): number
  /** Asks no more, and waits for the answers that are on their way. */
  stop(): Promise<void>
}

/** Each is asked at every beat, whether the one before was answered or not. */
export function watch(
  questions: Readonly<Record<string, () => Promise<Answer>>>,
  beatMs = 250,
): Watch {
  const startedAtMs = performance.now()
  const nowMs = () => performance.now() - startedAtMs
  const probes = new Map<string, Probe[]>()
  const running = new Set<Promise<void>>()
  let isOver = false

  async function probe(name: string, question: () => Promise<Answer>): Promise<void> {
    const sentAtMs = nowMs()
    const answer = await question().catch(() => undefined)
    probes.get(name)?.push({
      sentAtMs,
      tookMs: nowMs() - sentAtMs,
      status: answer?.status ?? 0,
      hasRetryAfter: answer?.headers['retry-after'] !== undefined,
    })
  }

  async function keepAsking(): Promise<void> {
    while (!isOver) {
      for (const [name, question] of Object.entries(questions)) {
        const asking = probe(name, question).finally(() => running.delete(asking))
        running.add(asking)
      }
      await sleep(beatMs)
    }
  }

  for (const name of Object.keys(questions)) probes.set(name, [])
  const asking = keepAsking()
  return {
    probes,
    nowMs,
    async stop() {
      isOver = true
      await asking
      await Promise.all(running)
      for (const list of probes.values()) list.sort((a, b) => a.sentAtMs - b.sentAtMs)
    },
  }
}
