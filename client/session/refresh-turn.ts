// The right to refresh, which one tab of a browser has at a time.

export interface Turn {
  /** Another tab has just had it, and may have a token for us. */
  isSecond: boolean
  end(): void
}

const lockName = 'keycard:refresh'

/**
 * The lock only saves work: tabs that refresh at once are never two tokens apart, and the server
 * forgives the previous one (R55, R73). So where there are no locks (plain http on another host),
 * where they are refused (cookies blocked) or never answer, or where another tab holds it until we
 * give up, we go on without it.
 */
export async function takeRefreshTurn(giveUp: AbortSignal): Promise<Turn> {
  try {
    const endAtOnce = await holdLock({ ifAvailable: true }, giveUp)
    if (endAtOnce) return { isSecond: false, end: endAtOnce }
    const end = await holdLock({ signal: giveUp }, giveUp)
    return { isSecond: end !== undefined, end: end ?? doNothing }
  } catch {
    return { isSecond: false, end: doNothing }
  }
}

/** Returns how to release it; undefined where it could not be acquired. */
function holdLock(options: LockOptions, giveUp: AbortSignal): Promise<(() => void) | undefined> {
  return new Promise((resolve, reject) => {
    giveUp.addEventListener('abort', reject)
    navigator.locks
      .request(lockName, options, (lock) => {
        if (!lock || giveUp.aborted) return resolve(undefined)
        return new Promise<void>(resolve)
      })
      .catch(reject)
  })
}

function doNothing(): void {}
