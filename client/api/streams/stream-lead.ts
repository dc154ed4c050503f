// The lead: the right to hold a stream for all tabs of this browser, which one of them has at a time.

import { pause } from '../page-seen.ts'
import { type ElectionChannel, electByChannel, type Lead } from './lead-election.ts'

export interface LeadRequest {
  name: string
  giveUp: AbortSignal
  /** For a browser without Web Locks. */
  channel: ElectionChannel
}

/**
 * Waits until no other tab has it; undefined where we give up before. The browser hands a lock on
 * as soon as its tab is closed or has crashed. Where there are no locks (plain http on another
 * host) or they are refused, the tabs elect one among themselves.
 */
export async function takeLead({ name, giveUp, channel }: LeadRequest): Promise<Lead | undefined> {
  try {
    return await holdLock(name, { signal: giveUp })
  } catch {
    return giveUp.aborted ? undefined : electByChannel(channel, giveUp)
  }
}

/** How long the browser may take to take a lock from a tab. */
const longestAnswerMs = 1_000

/**
 * Takes it from a tab that hangs. Where locks are refused nothing can be taken: the tabs are
 * already electing. Where locks never answer, the election begins now.
 */
export async function stealLead({ name, giveUp, channel }: LeadRequest): Promise<Lead | undefined> {
  const stolen = holdLock(name, { steal: true }).catch(() => undefined)
  const lead = await Promise.race([
    stolen,
    pause(longestAnswerMs, giveUp).then(() => 'late' as const),
  ])
  if (lead !== 'late') return lead
  void stolen.then((late) => late?.end())
  return electByChannel(channel, giveUp)
}

function holdLock(name: string, options: LockOptions): Promise<Lead> {
  return new Promise((resolve, reject) => {
    const lost = new AbortController()
    const hold = () => new Promise<void>((end) => resolve({ lost: lost.signal, end }))
    navigator.locks.request(name, options, hold).catch((error) => {
      lost.abort()
      reject(error)
    })
  })
}
