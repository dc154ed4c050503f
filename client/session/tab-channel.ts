// A channel between the tabs of one browser.

export interface TabChannel<Message> {
  /** To all other tabs. @returns whether the browser accepted it: channels may exist and refuse */
  tell(message: Message): boolean
  /** @returns what ends the subscription */
  hear(listener: (message: Message) => void): () => void
  close(): void
}

/**
 * undefined where there is none: a browser that may store nothing for this site (cookies blocked)
 * refuses it, as it refuses its stores.
 */
export function openTabChannel<Message>(name: string): TabChannel<Message> | undefined {
  try {
    return wrap(new BroadcastChannel(name))
  } catch {
    return undefined
  }
}

function wrap<Message>(channel: BroadcastChannel): TabChannel<Message> {
  return {
    tell(message) {
      try {
        channel.postMessage(message)
        return true
      } catch {
        return false
      }
    },
    hear(listener) {
      const take = ({ data }: MessageEvent<Message>) => listener(data)
      channel.addEventListener('message', take)
      return () => channel.removeEventListener('message', take)
    },
    close: () => channel.close(),
  }
}
