// Notifies all other processes that there is something to read: LISTEN and NOTIFY.

import { setTimeout as sleep } from 'node:timers/promises'
import type pg from 'pg'

/** PostgreSQL folds equal notifications of one transaction into one. */
export const announcementChannel = 'keycard_changes'

const shortestPauseMs = 250
const longestPauseMs = 30_000
/** A silent network ends no connection: it has to be asked. */
const heartbeatMs = 15_000

/**
 * Listens on a connection of its own, forever. Announcements during a broken connection are lost,
 * so the listener is also called after each new beginning; where a pooler or a distributed database
 * has no LISTEN, only the poll is left.
 * @returns how to stop
 */
export function listenForAnnouncements(
  createClient: () => pg.Client,
  listener: () => void,
): () => void {
  const stopped = new AbortController()
  void keepListening(createClient, listener, stopped.signal)
  return () => stopped.abort()
}

async function keepListening(
  createClient: () => pg.Client,
  listener: () => void,
  stopped: AbortSignal,
): Promise<void> {
  let pauseMs = shortestPauseMs
  while (!stopped.aborted) {
    const client = createClient()
    const ended = new Promise<void>((resolve) => {
      // Unheard, 'error' would end the process.
      client.on('error', () => resolve())
      client.on('end', () => resolve())
      stopped.addEventListener('abort', () => resolve(), { once: true })
    })
    try {
      await client.connect()
      client.on('notification', listener)
      await client.query(`listen ${announcementChannel}`)
      pauseMs = shortestPauseMs
      listener()
      const heartbeat = setInterval(
        () => client.query('select 1').catch(() => client.end().catch(() => undefined)),
        heartbeatMs,
      ).unref()
      await ended
      clearInterval(heartbeat)
    } catch {
      pauseMs = Math.min(pauseMs * 2, longestPauseMs)
    }
    client.end().catch(() => undefined)
    await sleep(pauseMs, undefined, { signal: stopped, ref: false }).catch(() => undefined)
  }
}
