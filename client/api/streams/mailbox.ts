// Items put in by callbacks, and taken out one after the other by a reader that waits for them.

export interface Mailbox<Item> {
  put(item: Item): void
  /** Waits for one where there is none. One taker at a time. */
  take(): Promise<Item>
}

export function createMailbox<Item>(): Mailbox<Item> {
  const items: Item[] = []
  let wake = () => {}
  return {
    put(item) {
      items.push(item)
      wake()
    },
    async take() {
      for (;;) {
        const item = items.shift()
        if (item !== undefined) return item
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
  }
}
