// Event streams as the standard defines them, cut wherever the network cuts.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readEventStream } from './event-stream.ts'

const text = [
  '\uFEFF: a comment\n',
  'data: first\n\n',
  'event: change\r\ndata:second\r\ndata:  third\r\nid: 7\r\n\r\n',
  'event: dropped\n\n',
  'event: return\rdata: \r\r',
  'retry: 10\nunknown\ndata: ü€😀\n\n',
  'data: never ended',
].join('')

const events = [
  { type: 'message', data: 'first', lastEventId: '' },
  { type: 'change', data: 'second\n third', lastEventId: '7' },
  { type: 'return', data: '', lastEventId: '7' },
  { type: 'message', data: 'ü€😀', lastEventId: '7' },
]

describe('readEventStream', () => {
  it('reads fields, comments and every kind of line end, however the bytes are cut', async () => {
    const bytes = new TextEncoder().encode(text)
    const cuts = fc.array(fc.nat(bytes.length), { maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            for (const chunk of cut(bytes, places)) controller.enqueue(chunk)
            controller.close()
          },
        })
        expect(await collect(readEventStream(body))).toEqual(events)
      }),
      { numRuns: 200 },
    )
  })

  it('releases the connection when its reader stops', async () => {
    let isCancelled = false
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('data: 1\n\n')),
      cancel() {
        isCancelled = true
      },
    })
    for await (const { data } of readEventStream(body)) {
      expect(data).toBe('1')
      break
    }
    expect(isCancelled).toBe(true)
  })
})

function cut(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const sorted = [0, ...places, bytes.length].sort((a, b) => a - b)
  return sorted.slice(1).map((end, index) => bytes.slice(sorted[index], end))
}

async function collect<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const all: Value[] = []
  for await (const value of values) all.push(value)
  return all
}
