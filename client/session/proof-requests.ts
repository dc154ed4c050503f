// Calls that need a fresh proof: they wait here until it is given or declined.

export interface ProofRequests {
  /** One question for all calls that wait at once. @returns whether the proof was given */
  ask(): Promise<boolean>
  isOpen(): boolean
  settle(isGiven: boolean): void
  /** @returns what ends the subscription */
  subscribe(listener: () => void): () => void
}

export function createProofRequests(): ProofRequests {
  const listeners = new Set<() => void>()
  let open: { answer: Promise<boolean>; resolve: (isGiven: boolean) => void } | undefined

  function tell(): void {
    for (const listener of listeners) listener()
  }

  return {
    ask() {
      if (!open) {
        let resolve: (isGiven: boolean) => void = () => {}
        const answer = new Promise<boolean>((settle) => {
          resolve = settle
        })
        open = { answer, resolve }
        tell()
      }
      return open.answer
    },
    isOpen: () => open !== undefined,
    settle(isGiven) {
      if (!open) return
      open.resolve(isGiven)
      open = undefined
      tell()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Of this page. */
export const proofRequests = createProofRequests()
