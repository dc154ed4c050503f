// Elects a leader among tabs that have a channel and no locks: it announces its lead, and its
// silence ends it.

export interface Lead {
  /** Aborted where another tab has taken the lead. */
  lost: AbortSignal
  end(): void
}

export interface ElectionChannel {
  tell(message: ElectionMessage): void
  /** @returns what ends the subscription */
  hear(listener: (message: ElectionMessage) => void): () => void
}

export interface ElectionMessage {
  kind: 'candidate' | 'leader' | 'resigned'
  /** The number of one candidacy. Where two meet, the smaller one stays. */
  candidate: number
}

/** How long a candidate waits for an objection. */
const candidacyMs = 150
const leaderIntervalMs = 1_000
/** More than one interval, because a busy page is late. */
const longestSilenceMs = 4_000

/** Waits until no other tab leads; undefined where we give up before. */
export async function electByChannel(
  channel: ElectionChannel,
  giveUp: AbortSignal,
): Promise<Lead | undefined> {
  const candidate = Math.random()
  while (!giveUp.aborted) {
    channel.tell({ kind: 'candidate', candidate })
    if (await isUncontested(channel, candidate, giveUp)) return lead(channel, candidate)
    await untilLeaderIsGone(channel, giveUp)
  }
  return undefined
}

function isUncontested(
  channel: ElectionChannel,
  candidate: number,
  giveUp: AbortSignal,
): Promise<boolean> {
  return waitFor(channel, giveUp, candidacyMs, (message) => {
    if (message.kind === 'resigned') return 'ignore'
    if (message.kind === 'leader' || message.candidate < candidate) return 'end'
    // A tab that came later has not heard of us.
    channel.tell({ kind: 'candidate', candidate })
    return 'ignore'
  })
}

async function untilLeaderIsGone(channel: ElectionChannel, giveUp: AbortSignal): Promise<void> {
  await waitFor(channel, giveUp, longestSilenceMs, ({ kind }) =>
    kind === 'resigned' ? 'end' : 'restart',
  )
}

/** @returns whether its time passed without an interruption */
function waitFor(
  channel: ElectionChannel,
  giveUp: AbortSignal,
  milliseconds: number,
  judge: (message: ElectionMessage) => 'end' | 'restart' | 'ignore',
): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (isSilent: boolean) => {
      clearTimeout(timer)
      giveUp.removeEventListener('abort', interrupt)
      stopHearing()
      resolve(isSilent)
    }
    const interrupt = () => settle(false)
    const start = () => setTimeout(() => settle(true), milliseconds)
    let timer = start()
    giveUp.addEventListener('abort', interrupt)
    const stopHearing = channel.hear((message) => {
      const verdict = judge(message)
      if (verdict === 'end') settle(false)
      if (verdict !== 'restart') return
      clearTimeout(timer)
      timer = start()
    })
    if (giveUp.aborted) interrupt()
  })
}

function lead(channel: ElectionChannel, candidate: number): Lead {
  const lost = new AbortController()
  const say = () => channel.tell({ kind: 'leader', candidate })
  const timer = setInterval(say, leaderIntervalMs)
  const stopHearing = channel.hear((message) => {
    if (message.kind === 'resigned') return
    if (message.kind === 'candidate' || message.candidate > candidate) return say()
    stop()
    lost.abort()
  })
  const stop = () => {
    clearInterval(timer)
    stopHearing()
  }
  say()
  return {
    lost: lost.signal,
    end() {
      if (lost.signal.aborted) return
      stop()
      channel.tell({ kind: 'resigned', candidate })
    },
  }
}
