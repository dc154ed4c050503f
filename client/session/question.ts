// A question that a dialog over the page asks: whoever asks waits for the answer.

export interface Question {
  /** Asked once for all that ask while it is open. @returns whether the answer was yes */
  ask(): Promise<boolean>
  isOpen(): boolean
  settle(isYes: boolean): void
  /** @returns what ends the subscription */
  subscribe(listener: () => void): () => void
}

export function createQuestion(): Question {
  const listeners = new Set<() => void>()
  let open: { answer: Promise<boolean>; resolve: (isYes: boolean) => void } | undefined

  function tell(): void {
    for (const listener of listeners) listener()
  }

  return {
    ask() {
      if (!open) {
        let resolve: (isYes: boolean) => void = () => {}
        const answer = new Promise<boolean>((settle) => {
          resolve = settle
        })
        open = { answer, resolve }
        tell()
      }
      return open.answer
    },
    isOpen: () => open !== undefined,
    settle(isYes) {
      if (!open) return
      open.resolve(isYes)
      open = undefined
      tell()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Whether the user proves who they are: calls that need a fresh proof wait for it. */
export const proofRequests = createQuestion()

/** Whether what was typed may go. */
export const discardQuestion = createQuestion()
