// Sends hostile requests, byte for byte, and holds each answer against what none may be.

import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { type HostileRequest, liveToken, makeRequests } from './hostile-requests.ts'

const atOnce = 48
/** In milliseconds: then nothing more is said. */
const silenceMs = 500
/** In milliseconds, for an answer: nothing that is refused takes so long. */
export const patienceMs = 20_000

export interface Tally {
  statuses: Map<string, number>
  faults: number
  busy: number
  tokens: number
  opened: number
  hung: number
  /** What to look at: the seed, chunk and number make the request again. */
  examples: string[]
}

export const createTally = (): Tally => ({
  statuses: new Map(),
  faults: 0,
  busy: 0,
  tokens: 0,
  opened: 0,
  hung: 0,
  examples: [],
})

/** `accessToken` opens everything; `chunk` is for the lines of what went wrong. */
interface Attack {
  tally: Tally
  accessToken: string
  chunk: number
}

export async function attack(
  url: string,
  requests: readonly HostileRequest[],
  { tally, accessToken, chunk }: Attack,
): Promise<void> {
  let next = 0
  async function line(): Promise<void> {
    for (let index = next++; index < requests.length; index = next++) {
      const request = requests[index]
      if (!request) return
      const text = request.text.replaceAll(liveToken, accessToken)
      const answer = await send(url, text, `127.66.${chunk % 256}.${(index % 250) + 1}`)
      judge(tally, request, answer, `chunk ${chunk}, request ${index}`)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, line))
}

function judge(tally: Tally, request: HostileRequest, answer: string | undefined, place: string) {
  const statuses = [...(answer ?? '').matchAll(/^HTTP\/1\.1 (\d)(\d\d)/gm)]
  const count = (name: string) => tally.statuses.set(name, (tally.statuses.get(name) ?? 0) + 1)
  if (statuses.length === 0) count('none')
  for (const [, first] of statuses) count(`${first}xx`)

  const complain = (kind: 'faults' | 'tokens' | 'opened' | 'hung') => {
    tally[kind] += 1
    if (tally.examples.length >= 10) return
    const shown = JSON.stringify(request.text.slice(0, 400))
    tally.examples.push(`${kind}: ${place}: ${shown} → ${JSON.stringify(answer?.slice(0, 300))}`)
  }
  if (answer === undefined) return complain('hung')
  const faults = statuses.filter(([, first]) => first === '5').length
  const isBusy = /^HTTP\/1\.1 503/m.test(answer) && /^retry-after: \d+\r$/im.test(answer)
  if (isBusy) tally.busy += 1
  if (faults > 0) complain('faults')
  if (/"(access|refresh)_token":"|^set-cookie: (__Host-)?keycard=[^;]/im.test(answer))
    complain('tokens')
  const opensOnlyWithToken = /^\w+ \/(api|trpc)\/(items|users|sessions|account|activity|protected)/
  const isOpened = /^HTTP\/1\.1 2/.test(answer) && opensOnlyWithToken.test(request.text)
  // A batch and a stream are 200 whatever is in them, and OPTIONS is nobody's.
  const tells = /"result":|"(items|users|sessions|events)":|"message":"Access granted"/.test(answer)
  if (isOpened && tells && !request.isAuthorized) complain('opened')
}

/** All that comes back until it is closed; undefined where that takes too long. */
function send(url: string, text: string, from: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const port = Number(new URL(url).port)
    const socket = connect({ port, host: '127.0.0.1', localAddress: from })
    let answer = ''
    const deadline = setTimeout(() => {
      socket.destroy()
      resolve(undefined)
    }, patienceMs)
    // What is not complete is waited for, and what was not asked to be the last stays open. Not before:
    // an answer that is under way is given up where no more can be asked.
    const silence = setTimeout(() => socket.end(), silenceMs)
    socket.setEncoding('latin1')
    socket.on('data', (part: string) => {
      answer += part
      silence.refresh()
      // A stream, or a protocol that was agreed on, goes on for as long as one listens.
      if (/^content-type: text\/event-stream/im.test(answer)) socket.destroy()
    })
    // Reset by what was refused before it was read: what was answered counts.
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(deadline)
      clearTimeout(silence)
      resolve(answer)
    })
    socket.write(text, 'latin1')
  })
}

/** What everything above would look like: it decodes and parses whatever comes, and trusts it. */
export async function attackCareless(seed: number, count: number): Promise<Tally> {
  const careless: Server = createServer((request, response) => {
    let body = ''
    request.on('data', (part) => {
      body += part
    })
    request.on('end', () => {
      try {
        decodeURIComponent(request.url ?? '')
        const isJson = request.headers['content-type'] === 'application/json'
        const { username } = isJson ? JSON.parse(body) : { username: body }
        response.end(username ? '{"access_token":"x"}' : '')
      } catch {
        response.writeHead(500).end()
      }
    })
  })
  await new Promise<void>((resolve) => careless.listen(0, '127.0.0.1', resolve))
  const { port } = careless.address() as AddressInfo
  const tally = createTally()
  const requests = makeRequests(seed, -1, count)
  await attack(`http://127.0.0.1:${port}`, requests, { tally, accessToken: 'x', chunk: 0 })
  careless.close()
  careless.closeAllConnections()
  return tally
}
