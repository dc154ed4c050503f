// Hundreds of thousands of hostile requests at a built server: nothing breaks, opens or piles up.

import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ServerProcess, startServer } from '../keycard-process.ts'
import { type HostileRequest, liveToken, makeRequests } from './hostile-requests.ts'
import { type MemorySample, readMemory, slopeOf } from './memory.ts'
import { printTable } from './table.ts'

const chunkSize = 1_000
const atOnce = 16
/** In milliseconds, for an answer: nothing that is refused takes so long. */
const patienceMs = 20_000
/** Of the whole: until then caches fill and code is compiled. */
const warmUpShare = 0.3
/** In MiB, over all that comes after the warm-up. */
const growthMax = 24

/** `args`: how many requests, 1,000,000 by default; and the seed, to repeat a run. */
export async function tortureHostile(args: readonly string[]): Promise<boolean> {
  const [count = 1_000_000, seed = Math.floor(Math.random() * 1_000_000)] = args.map(Number)
  console.log(`seed ${seed}: npm run torture -- hostile ${count} ${seed}`)
  const control = await attackCareless(seed)

  const dataDir = await mkdtemp(join(tmpdir(), 'keycard-hostile-'))
  // A well-meant registration would be let in: that is no breach, and cannot be told from one.
  const server = await startServer({ DATA_DIR: dataDir, LOG_LEVEL: 'error', REGISTRATION: 'off' })
  let crashes = 0
  server.process.once('close', () => {
    crashes += 1
  })
  const startedAtMs = performance.now()
  const memory: MemorySample[] = []
  const admin = createAdmin(server)
  const tally = createTally()
  try {
    const chunks = Math.ceil(count / chunkSize)
    for (let chunk = 0; chunk < chunks && crashes === 0; chunk++) {
      const accessToken = await admin.signIn()
      await attack(server.url, makeRequests(seed, chunk, chunkSize), { tally, accessToken, chunk })
      memory.push({ at: chunk * chunkSize, ...(await readMemory(server.url)) })
      if (chunk % 20 === 19)
        console.log(`${(chunk + 1) * chunkSize} requests, ${memory.at(-1)?.rssMiB} MiB`)
    }
  } catch (error) {
    if (crashes === 0) throw error
    tally.examples.push(`the server ended: ${server.said.slice(-500)}`)
  } finally {
    server.process.removeAllListeners('close').kill('SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
  }
  const seconds = (performance.now() - startedAtMs) / 1_000
  const settled = memory.slice(Math.floor(memory.length * warmUpShare))
  const growth = slopeOf(settled, 'rssMiB') * chunkSize * settled.length
  const last = settled.at(-1)
  const sent = [...tally.statuses.values()].reduce((sum, n) => sum + n, 0)
  const per = (status: string) => tally.statuses.get(status)?.toLocaleString('en') ?? '0'
  printTable(`${count.toLocaleString('en')} hostile requests (seed ${seed})`, [
    ['crashes', String(crashes), '0'],
    ['answers of 500 to 599', String(tally.faults), '0'],
    ['of these 503 with Retry-After: too busy', String(tally.busy), ''],
    ['answers with a token or a cookie of a session', String(tally.tokens), '0'],
    ['doors opened without a live token', String(tally.opened), '0'],
    [`no answer within ${patienceMs / 1_000} s`, String(tally.hung), '0'],
    ['growth of memory (RSS) after the warm-up', `${growth.toFixed(1)} MiB`, `≤ ${growthMax} MiB`],
    ['memory (RSS), heap at the end', `${last?.rssMiB ?? 0} MiB, ${last?.heapMiB ?? 0} MiB`, ''],
    ['answers: 2xx, 4xx, closed without one', [per('2xx'), per('4xx'), per('none')].join(', '), ''],
    ['requests a second', String(Math.round(sent / seconds)), ''],
    ['control, a careless server: 5xx', String(control.faults), '> 0'],
    ['control, a careless server: tokens', String(control.tokens), '> 0'],
  ])
  for (const line of tally.examples) console.log(line)
  return (
    crashes + tally.faults - tally.busy + tally.tokens + tally.opened + tally.hung === 0 &&
    growth <= growthMax &&
    control.faults > 0 &&
    control.tokens > 0
  )
}

interface Tally {
  statuses: Map<string, number>
  faults: number
  busy: number
  tokens: number
  opened: number
  hung: number
  /** What to look at: the seed, chunk and number make the request again. */
  examples: string[]
}

const createTally = (): Tally => ({
  statuses: new Map(),
  faults: 0,
  busy: 0,
  tokens: 0,
  opened: 0,
  hung: 0,
  examples: [],
})

/**
 * The admin signs in anew for each chunk: some request of the last may have signed him out. On a
 * device that he is known by: strangers have long used up what unknown ones may try. He is the last
 * admin, whom nothing can delete.
 */
function createAdmin({ url }: ServerProcess): { signIn(): Promise<string> } {
  const cookies = new Map<string, string>()
  return {
    async signIn() {
      const answer = await fetch(`${url}/trpc/auth.login`, {
        method: 'POST',
        headers: {
          origin: url,
          'content-type': 'application/json',
          cookie: [...cookies].map((pair) => pair.join('=')).join('; '),
        },
        body: JSON.stringify({ username: 'admin', password: 'admin-secret' }),
      })
      const text = await answer.text()
      if (!answer.ok) throw new Error(`the admin is not let in: ${answer.status} ${text}`)
      for (const line of answer.headers.getSetCookie()) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
        cookies.set(name, value)
      }
      return JSON.parse(text).result.data.access_token
    },
  }
}

interface Attack {
  tally: Tally
  accessToken: string
  chunk: number
}

async function attack(
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
    const timer = setTimeout(() => {
      socket.destroy()
      resolve(undefined)
    }, patienceMs)
    socket.setEncoding('latin1')
    socket.on('data', (part: string) => {
      answer += part
      // A stream, or a protocol that was agreed on, goes on for as long as one listens.
      if (/^content-type: text\/event-stream/im.test(answer)) socket.destroy()
    })
    // Reset by what was refused before it was read: what was answered counts.
    socket.on('error', () => {})
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(answer)
    })
    socket.end(text, 'latin1')
  })
}

/** What everything above would look like: it decodes and parses whatever comes, and trusts it. */
async function attackCareless(seed: number): Promise<Tally> {
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
  const requests = makeRequests(seed, -1, chunkSize)
  await attack(`http://127.0.0.1:${port}`, requests, { tally, accessToken: 'x', chunk: 0 })
  careless.close()
  careless.closeAllConnections()
  return tally
}
