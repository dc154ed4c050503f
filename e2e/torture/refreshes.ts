// Hundreds of refreshes with one token at once, round after round: one rotation each, no one signed out.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from '../support/keycard-process.ts'
import { readArguments } from './arguments.ts'
import { type Answer, call, postForm, signIn, type TokenAnswer } from './ask.ts'
import { killServer, startNodes } from './nodes.ts'
import { type Finding, judge } from './table.ts'

const atOnce = 200

/** `args`: how many rounds, 200 by default. Control: a thief shows an older token in each. */
export async function tortureRefreshes(args: readonly string[]): Promise<boolean> {
  const { count: rounds, control } = readArguments(args, 200)
  const nodes = await startNodes(2)
  const postgres = await refreshAll(nodes.urls, rounds, control).finally(nodes.stop)

  const dataDir = await mkdtemp(join(tmpdir(), 'keycard-refreshes-'))
  const server = await startServer({ DATA_DIR: dataDir, LOG_LEVEL: 'error' })
  const sqlite = await refreshAll([server.url], rounds, control).finally(async () => {
    await killServer(server)
    await rm(dataDir, { recursive: true, force: true })
  })
  return judge(
    `${rounds} rounds of ${atOnce} refreshes with one token at once`,
    [...describe('PostgreSQL, two processes', postgres), ...describe('SQLite', sqlite)],
    control,
  )
}

interface Sums {
  /** Rounds without exactly one successor. */
  forks: number
  refused: number
  signedOut: number
}

function describe(where: string, { forks, refused, signedOut }: Sums): Finding[] {
  const none = (what: string, count: number) => ({
    what: `${where}: ${what}`,
    seen: String(count),
    promised: '0',
    kept: count === 0,
  })
  return [
    none('rounds without exactly one successor', forks),
    none('refused refreshes', refused),
    none('sign-outs', signedOut),
  ]
}

async function refreshAll(
  urls: readonly string[],
  rounds: number,
  control: boolean,
): Promise<Sums> {
  const sums = { forks: 0, refused: 0, signedOut: 0 }
  let tokens: TokenAnswer = await signIn(urls[0] ?? '')
  const oldest = tokens.refresh_token
  for (let round = 0; round < rounds; round++) {
    const { refresh_token } = tokens
    // Two rotations behind, which no second tab is.
    if (control && round > 1) await refresh(urls[0] ?? '', oldest)
    const answers = await Promise.all(
      Array.from({ length: atOnce }, (_unused, index) =>
        refresh(urls[index % urls.length] ?? '', refresh_token),
      ),
    )
    // 503 is no verdict: hundreds at once may find no connection in time, and ask again.
    const given = answers.filter(({ status }) => status === 200)
    sums.refused += answers.filter(({ status }) => status !== 200 && status !== 503).length
    const successors = new Set(
      given.map(({ body }) => (JSON.parse(body) as TokenAnswer).refresh_token),
    )
    if (successors.size !== 1 || successors.has(refresh_token)) sums.forks += 1
    const [one] = given
    if (one) tokens = JSON.parse(one.body)
    if ((await call(urls[0] ?? '', tokens.access_token)) !== 200) sums.signedOut += 1
  }
  return sums
}

function refresh(url: string, refreshToken: string): Promise<Answer> {
  return postForm(`${url}/token`, { grant_type: 'refresh_token', refresh_token: refreshToken })
}
