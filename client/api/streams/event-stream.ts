// Reads an event stream as browsers do (WHATWG HTML §9.2.6), from a body that any request may have.

export interface StreamEvent {
  /** 'message' unless the server names another. */
  type: string
  data: string
  /** The last `id` received, with this event or before; '' where none was. */
  lastEventId: string
}

/** `EventSource` itself cannot send an Authorization header, and a token must not stand in a URL. */
export async function* readEventStream(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<StreamEvent, void> {
  let type = ''
  let data: string[] = []
  let lastEventId = ''
  for await (const line of readLines(body)) {
    if (line === '') {
      if (data.length > 0) yield { type: type || 'message', data: data.join('\n'), lastEventId }
      type = ''
      data = []
      continue
    }
    const { name, value } = readField(line)
    if (name === 'event') type = value
    if (name === 'data') data.push(value)
    if (name === 'id' && !value.includes('\0')) lastEventId = value
  }
}

/** A comment is a field without a name. One space after the colon is not part of the value. */
function readField(line: string): { name: string; value: string } {
  const colon = line.indexOf(':')
  if (colon < 0) return { name: line, value: '' }
  const start = line[colon + 1] === ' ' ? colon + 2 : colon + 1
  return { name: line.slice(0, colon), value: line.slice(start) }
}

/** Lines end with LF, CRLF or CR; an unfinished line is dropped, as the standard says. */
async function* readLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      // A CR at the very end waits: its LF may still be to come.
      const lines = (rest + decoder.decode(value, { stream: true })).split(/\r\n|\n|\r(?!$)/)
      rest = lines.pop() ?? ''
      yield* lines
    }
  } finally {
    await reader.cancel().catch(() => undefined)
  }
}
