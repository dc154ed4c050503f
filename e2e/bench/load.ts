// Sends one request over and over on a few connections.

import { setTimeout as sleep } from 'node:timers/promises'
import { formatRequest, openConnection, type Request, requireOk } from './connection.ts'

export interface Target extends Request {
  port: number
}

interface LoadOptions {
  /** 16 by default. */
  connections?: number
  /** How many are due a second; by default each connection sends as soon as it has its answer. */
  perSecond?: number
}

/**
 * Resolves when `count` answers have come.
 * @throws Error at the first answer that is not 200
 */
export async function sendCalls(
  target: Target,
  count: number,
  { connections = 16, perSecond = Number.POSITIVE_INFINITY }: LoadOptions = {},
): Promise<void> {
  const request = formatRequest(target)
  const startedAtMs = performance.now()
  let sent = 0
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const connection = await openConnection(target.port)
      try {
        while (sent < count) {
          const dueInMs = startedAtMs + (sent++ / perSecond) * 1_000 - performance.now()
          if (dueInMs > 0) await sleep(dueInMs)
          requireOk(await connection.send(request))
        }
      } finally {
        connection.close()
      }
    }),
  )
}

/**
 * Keeps this process awake until `work` is done. To answer a sleeping process, it must be woken,
 * which takes 10 µs and more on a virtual machine; and the slower the answers, the more of them
 * find it asleep.
 */
export async function whileAwake<Result>(work: () => Promise<Result>): Promise<Result> {
  let isDone = false
  const stayAwake = () => {
    if (!isDone) setImmediate(stayAwake)
  }
  stayAwake()
  try {
    return await work()
  } finally {
    isDone = true
  }
}
