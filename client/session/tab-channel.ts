// The channel between the tabs of one browser.

/**
 * undefined where there is none: a browser that may keep nothing for this site (cookies blocked) refuses
 * it, as it refuses its stores.
 */
export function openTabChannel(): BroadcastChannel | undefined {
  try {
    return new BroadcastChannel('keycard:session')
  } catch {
    return undefined
  }
}
