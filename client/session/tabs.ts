// The tabs of one browser in step: who signs out tells the others, and they refresh one by one.

const channelName = 'keycard:session'
const refreshLockName = 'keycard:refresh'

/** A tab that hangs with the lock in its hand must not keep the others waiting. */
const longestWaitMs = 3_000

export interface Tabs {
  tellSignedOut(): void
  withRefreshLock<Result>(work: () => Promise<Result>): Promise<Result>
}

export function joinTabs(onSignedOutElsewhere: () => void): Tabs {
  // It holds no secret: any script of this origin may listen.
  const channel = new BroadcastChannel(channelName)
  channel.onmessage = ({ data }) => {
    if (data === 'signed-out') onSignedOutElsewhere()
  }
  return {
    tellSignedOut: () => channel.postMessage('signed-out'),
    withRefreshLock,
  }
}

/**
 * The lock only saves work: the server forgives a refresh token that another tab has just used.
 * So where there is none (plain http on another host), or it does not come in time, we go on.
 */
async function withRefreshLock<Result>(work: () => Promise<Result>): Promise<Result> {
  if (!('locks' in navigator)) return work()
  let started = false
  try {
    return await navigator.locks.request(
      refreshLockName,
      { signal: AbortSignal.timeout(longestWaitMs) },
      () => {
        started = true
        return work()
      },
    )
  } catch (error) {
    if (started) throw error
    return work()
  }
}
