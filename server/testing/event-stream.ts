// A tRPC subscription as it is on the wire: server-sent events over `fetch`, read one by one.

import type { ErrorFacts } from '../trpc/trpc-error.ts'

/** What a test looks for: a value, the error that ends a stream, or an end without either. */
export type StreamEvent<Data> =
  | { kind: 'data'; data: Data }
  | { kind: 'error'; data: ErrorFacts & { code: string; httpStatus: number } }
  | { kind: 'return' }
  | { kind: 'hung up' }

export interface EventStream<Data> {
  response: Response
  /** Waits for it; skips pings and greetings. */
  next(): Promise<StreamEvent<Data>>
  close(): void
}

export async function openEventStream<Data>(
  url: string,
  headers: Record<string, string>,
): Promise<EventStream<Data>> {
  const controller = new AbortController()
  const response = await fetch(url, { headers, signal: controller.signal })
  const blocks = readBlocks(response)
  return {
    response,
    async next() {
      for (;;) {
        const { value: block, done } = await blocks.next()
        if (done) return { kind: 'hung up' }
        const event = fieldOf(block, 'event')
        if (event === 'return') return { kind: 'return' }
        const data = fieldOf(block, 'data')
        if (data === undefined) continue
        if (event === 'serialized-error') return { kind: 'error', data: JSON.parse(data).data }
        if (event === undefined) return { kind: 'data', data: JSON.parse(data) }
      }
    },
    close: () => controller.abort(),
  }
}

async function* readBlocks(response: Response): AsyncGenerator<string, void> {
  let text = ''
  const decoder = new TextDecoder()
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true })
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    yield* blocks
  }
}

function fieldOf(block: string, name: string): string | undefined {
  const line = block.split('\n').find((candidate) => candidate.startsWith(`${name}: `))
  return line?.slice(name.length + 2)
}
