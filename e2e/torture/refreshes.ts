// Hundreds of refreshes with one token at once, round after round: one rotation each, nobody signed out.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from '../keycard-process.ts'
import { call, postForm, signIn, type TokenAnswer } from './ask.ts'
import { startNodes } from './nodes.ts'
import { printTable } from './table.ts'

const atOnce = 200

/** `args`: how many rounds; 200 by default. */
export async function tortureRefreshes(args: readonly string[]): Promise<boolean> {
  const rounds = Number(args[0] ?? 200)
  const nodes = await startNodes(2)
  const postgres = await refreshAll(nodes.urls, rounds).finally(nodes.stop)

  const dataDir = await mkdtemp(join(tmpdir(), 'keycard-refreshes-'))
  const server = await startServer({ DATA_DIR: dataDir, LOG_LEVEL: 'error' })
  const sqlite = await refreshAll([server.url], rounds).finally(async () => {
    server.process.kill('SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
  })

  const title = `${rounds} rounds of ${atOnce} refreshes with one token at once`
  printTable(title, [
    ['PostgreSQL, two processes: rounds without exactly one successor', `${postgres.forks}`, '0'],
    ['PostgreSQL, two processes: refused refreshes', String(postgres.refused), '0'],
    ['PostgreSQL, two processes: sign-outs', String(postgres.signedOut), '0'],
    ['SQLite: rounds without exactly one successor', String(sqlite.forks), '0'],
    ['SQLite: refused refreshes', String(sqlite.refused), '0'],
    ['SQLite: sign-outs', String(sqlite.signedOut), '0'],
  ])
  return [postgres, sqlite].every(
    ({ forks, refused, signedOut }) => forks + refused + signedOut === 0,
  )
}

async function refreshAll(urls: readonly string[], rounds: number) {
  const sums = { forks: 0, refused: 0, signedOut: 0 }
  let tokens: TokenAnswer = await signIn(urls[0] ?? '')
  for (let round = 0; round < rounds; round++) {
    const { refresh_token } = tokens
    const answers = await Promise.all(
      Array.from({ length: atOnce }, (_unused, index) =>
        postForm(`${urls[index % urls.length]}/token`, {
          grant_type: 'refresh_token',
          refresh_token,
        }),
      ),
    )
    // 503 is no verdict: hundreds at once may find no connection in time, and ask again.
    const given = answers.filter(({ status }) => status === 200)
    sums.refused += answers.filter(({ status }) => status !== 200 && status !== 503).length
    const successors = new Set(
      given.map(({ body }) => (JSON.parse(body) as TokenAnswer).refresh_token),
    )
    if (successors.size !== 1 || successors.has(refresh_token)) sums.forks += 1
    const [first] = given
    if (first) tokens = JSON.parse(first.body)
    if ((await call(urls[0] ?? '', tokens.access_token)) !== 200) sums.signedOut += 1
  }
  return sums
}
