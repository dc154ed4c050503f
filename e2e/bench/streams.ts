// What a refresh costs a server on which the user's list of sessions is open in many windows.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Bench } from './bench.ts'
import { openConnection } from './connection.ts'
import { startOnSqlite } from './keycard.ts'
import { format, median } from './numbers.ts'
import { readMainThreadTimeUs } from './process-cpu.ts'
import { refresh, signIn, type Tokens } from './tokens.ts'

/** As many of each as one user may have. */
const sessions = 100
const streams = 20

/** In milliseconds: longer than the list waits for other changes. */
const pauseMs = 1_200

export const benchStreams: Bench = {
  name: 'streams',
  title: 'Session streams',
  async run({ quick, say }) {
    const refreshes = quick ? 5 : 25
    const keycard = await startOnSqlite({ env: { BCRYPT_COST: '10' } })
    const listeners = new AbortController()
    try {
      say(`${sessions} sign-ins`)
      let held: Tokens = await signIn(keycard.port)
      for (let count = 1; count < sessions; count += 1) held = await signIn(keycard.port)
      const received = { bytes: 0 }
      for (let count = 0; count < streams; count += 1) {
        void listen(keycard.port, held.access_token, listeners.signal, received)
      }
      await sleep(2 * pauseMs)
      const connection = await openConnection(keycard.port)
      const seen: { cpuMs: number; kilobytes: number }[] = []
      const measure = async (change: () => Promise<void>) => {
        const [cpuUs, bytes] = [readMainThreadTimeUs(keycard.pid), received.bytes]
        await change()
        await sleep(pauseMs)
        const cpuMs = (readMainThreadTimeUs(keycard.pid) - cpuUs) / 1_000
        return { cpuMs, kilobytes: (received.bytes - bytes) / 1_000 }
      }
      const idle = await measure(async () => {})
      for (let count = 1; count <= refreshes; count += 1) {
        say(`refresh ${count} of ${refreshes}`)
        const change = async () => {
          held = await refresh(connection, held)
        }
        seen.push(await measure(change))
      }
      connection.close()
      const cpuMs = median(seen.map((one) => one.cpuMs)) - idle.cpuMs
      const kilobytes = median(seen.map((one) => one.kilobytes)) - idle.kilobytes
      return {
        tables: [
          {
            head: ['a refresh, told to 20 streams of 100 sessions', ''],
            rows: [
              ['main thread, ms', format(cpuMs)],
              ['sent, KB', format(kilobytes)],
            ],
          },
        ],
        goals: [
          {
            what: 'sent for a refresh, KB',
            seen: format(kilobytes),
            goal: '≤ 20',
            reached: kilobytes <= 20,
          },
        ],
        notes: [
          `One user has ${sessions} live sessions, and ${streams} windows with the list of them open. What the server ` +
            'does in the same time without a refresh is taken off.',
        ],
      }
    } finally {
      listeners.abort()
      await keycard.stop()
    }
  },
}

/** Counts what arrives, until the signal. */
async function listen(
  port: number,
  accessToken: string,
  signal: AbortSignal,
  received: { bytes: number },
): Promise<void> {
  const headers = { authorization: `Bearer ${accessToken}` }
  try {
    const url = `http://127.0.0.1:${port}/trpc/sessions.changes`
    const response = await fetch(url, { headers, signal })
    for await (const chunk of response.body ?? []) received.bytes += chunk.byteLength
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
