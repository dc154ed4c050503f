// A thousand guesses at once, round after round, over two processes: exactly the limit is looked at.

import { randomBytes } from 'node:crypto'
import { postForm } from './ask.ts'
import { startNodes } from './nodes.ts'
import { printTable } from './table.ts'

/** What one address has in ten minutes. */
const limit = 30
const atOnce = 1_000

/** `args`: how many rounds; 100 by default. */
export async function tortureGuesses(args: readonly string[]): Promise<boolean> {
  const rounds = Number(args[0] ?? 100)
  const nodes = await startNodes(2, { env: { SIGN_IN_FAILURES_PER_ADDRESS: String(limit) } })
  const wrongRounds: string[] = []
  const sums = { evaluated: 0, throttled: 0, later: 0 }
  try {
    for (let round = 0; round < rounds; round++) {
      // An address of its own, so that each round begins with nothing counted.
      const from = `127.1.${Math.floor(round / 250)}.${(round % 250) + 1}`
      const answers = await Promise.all(
        Array.from({ length: atOnce }, (_unused, index) =>
          postForm(
            `${nodes.urls[index % nodes.urls.length]}/token`,
            { username: `nobody-${randomBytes(6).toString('hex')}`, password: 'wrong' },
            from,
          ),
        ),
      )
      const count = (status: number) => answers.filter((answer) => answer.status === status).length
      const [evaluated, throttled, later] = [count(401), count(429), count(503)]
      sums.evaluated += evaluated
      sums.throttled += throttled
      sums.later += later
      if (evaluated !== limit || evaluated + throttled + later !== atOnce) {
        wrongRounds.push(`round ${round}: ${evaluated} looked at`)
      }
    }
  } finally {
    await nodes.stop()
  }
  printTable(`${rounds} rounds of ${atOnce} simultaneous guesses over two processes`, [
    ['looked at, a round', `${sums.evaluated / rounds}`, `exactly ${limit}`],
    ['429', String(sums.throttled), ''],
    ['503, not looked at: too busy', String(sums.later), ''],
    ['rounds that were not exact', String(wrongRounds.length), '0'],
  ])
  for (const line of wrongRounds) console.log(line)
  return wrongRounds.length === 0
}
