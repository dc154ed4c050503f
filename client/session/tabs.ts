// The tabs of one browser in step: one of them refreshes, the others take its token or its sign-out.

import type { PageTokens } from '../../server/contract/oauth.ts'
import type { Turn } from './refresh-turn.ts'
import type { TabChannel } from './tab-channel.ts'

export interface Tabs {
  tellSignedOut(): void
  /**
   * Asks while no other tab does, and shares the result. Undefined where `spared` came first:
   * another tab's answer has made it needless.
   */
  askInTurn(ask: () => Promise<PageTokens>, spared?: AbortSignal): Promise<PageTokens | undefined>
}

export type TabMessage =
  | { kind: 'signed-out' }
  | { kind: 'token'; response: PageTokens }
  /** A turn is over, and has brought no token. */
  | { kind: 'no-token' }

interface TabsDeps {
  /** Absent where the browser has none: then every tab refreshes for itself. */
  channel: Pick<TabChannel<TabMessage>, 'tell' | 'hear'> | undefined
  takeTurn(giveUp: AbortSignal): Promise<Turn>
  onSignedOut(): void
  onToken(response: PageTokens): void
}

/** A tab that hangs during its turn must not keep the others waiting. */
const longestWaitMs = 3_000
/** The previous holder of the turn reports within this time, unless its tab was closed. */
const longestSilenceMs = 1_000
/** A turn ends this long after its answer, which the others then have before they ask for a turn. */
const settleMs = 100

/**
 * The channel carries the access token from memory to memory (R69). Any script that could listen is
 * of our own origin, and could as well ask for a token of its own.
 */
export function joinTabs({ channel, takeTurn, onSignedOut, onToken }: TabsDeps): Tabs {
  let messages = 0
  let heard: (() => void) | undefined

  channel?.hear((message) => {
    if (message.kind === 'signed-out') onSignedOut()
    if (message.kind === 'token') onToken(message.response)
    messages += 1
    heard?.()
  })

  const tell = (message: TabMessage) => channel?.tell(message)

  async function waitForTurn(spared: AbortSignal | undefined): Promise<Turn> {
    const waiting = new AbortController()
    const giveUp = () => waiting.abort()
    const timer = setTimeout(giveUp, longestWaitMs)
    spared?.addEventListener('abort', giveUp)
    const turn = await takeTurn(waiting.signal)
    clearTimeout(timer)
    return turn
  }

  function nextMessage(): Promise<void> {
    return new Promise((resolve) => {
      heard = resolve
      setTimeout(resolve, longestSilenceMs)
    })
  }

  return {
    tellSignedOut: () => tell({ kind: 'signed-out' }),

    async askInTurn(ask, spared) {
      const heardBefore = messages
      const turn = await waitForTurn(spared)
      let isAnswered = false
      try {
        // The lock may arrive sooner than the message of its last holder.
        if (spared && turn.isSecond && messages === heardBefore) await nextMessage()
        if (spared?.aborted) return undefined
        const response = await ask()
        tell({ kind: 'token', response })
        isAnswered = true
        return response
      } catch (error) {
        tell({ kind: 'no-token' })
        throw error
      } finally {
        if (isAnswered && spared) setTimeout(turn.end, settleMs)
        else turn.end()
      }
    },
  }
}
