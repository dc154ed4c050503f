// When the database did not answer this process: time in which nobody could do anything in time.

export interface Outages {
  /** The database has just answered. */
  heard(): void
  /** In milliseconds, since it last did. */
  silentForMs(): number
  /** How many of the last so many milliseconds belong to an outage, this one included. */
  outMsWithin(lastMs: number): number
}

interface Outage {
  fromMs: number
  toMs: number
}

/** Nobody who asks at each poll hears nothing for so long, however busy it is. */
export const shortestOutageMs = 2_000
/** More of them within the times that anybody asks about would be no service at all. */
const mostOutages = 100

/** @param monotonicNow in milliseconds; no clock that somebody sets */
export function createOutages(monotonicNow: () => number): Outages {
  const past: Outage[] = []
  let heardAtMs = monotonicNow()

  function current(): Outage[] {
    const nowMs = monotonicNow()
    return nowMs - heardAtMs < shortestOutageMs ? [] : [{ fromMs: heardAtMs, toMs: nowMs }]
  }

  return {
    heard() {
      past.push(...current())
      past.splice(0, past.length - mostOutages)
      heardAtMs = monotonicNow()
    },
    silentForMs: () => monotonicNow() - heardAtMs,
    outMsWithin(lastMs) {
      const sinceMs = monotonicNow() - lastMs
      return [...past, ...current()]
        .map(({ fromMs, toMs }) => Math.max(0, toMs - Math.max(fromMs, sinceMs)))
        .reduce((sum, milliseconds) => sum + milliseconds, 0)
    },
  }
}
