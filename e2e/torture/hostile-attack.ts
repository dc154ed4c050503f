// Sends hostile requests, byte for byte, and checks each answer for what none may be.

import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { type HostileRequest, liveToken, makeRequests } from './hostile-requests.ts'

const atOnce = 48
/** In milliseconds: after that nothing more is sent. */
const silenceMs = 500
/** In milliseconds, for an answer: no refusal takes so long. */
export const patienceMs = 20_000

export interface Tally {
  statuses: Map<string, number>
  faults: number
  busy: number
  tokens: number
  opened: number
  hung: number
  /** What is needed to look at one: the seed, chunk and number make the request again. */
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

/** `accessToken` may do everything; `chunk` is for the lines about failures. */
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
  // A batch and a stream are 200 whatever they hold, and OPTIONS is not ours to answer.
  const tells = /"result":|"(items|users|sessions|events)":|"message":"Access granted"/.test(answer)
  if (isOpened && tells && !request.isAuthorized) complain('opened')
}

/** All that comes back until the connection is closed; undefined where that takes too long. */
function send(url: string, text: string, from: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const port = Number(new URL(url).port)
    const socket = connect({ port, host: '127.0.0.1', localAddress: from })
    let answer = ''
    const deadline = setTimeout(() => {
      socket.destroy()
      resolve(undefined)
    }, patienceMs)
    // An incomplete request is waited for, and one that did not ask to be the last leaves the
    // connection open. Not before: an answer in progress is dropped where no more can be asked.
    const silence = setTimeout(() => socket.end(), silenceMs)
    socket.setEncoding('latin1')
    socket.on('data', (part: string) => {
      answer += part
      silence.refresh()
      // A stream, or an agreed protocol, goes on for as long as the client listens.
      if (/^content-type: text\/event-stream/im.test(answer)) socket.destroy()
    })
    // Reset by something that was refused before it was read: the answer counts.
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(deadline)
      clearTimeout(silence)
      resolve(answer)
    })
    socket.write(text, 'latin1')
  })
}

/** What would fail all of the above: it decodes and parses any input, and trusts it. */
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
