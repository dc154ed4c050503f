// A thousand guesses at once, round after round, over two processes: exactly the limit is checked.

import { randomBytes } from 'node:crypto'
import { readArguments } from './arguments.ts'
import { postForm } from './ask.ts'
import { startNodes } from './nodes.ts'
import { judge } from './table.ts'

/** What one address has in ten minutes. */
const limit = 30
const atOnce = 1_000

/** `args`: how many rounds, 100 by default. Control: no address is ever limited. */
export async function tortureGuesses(args: readonly string[]): Promise<boolean> {
  const { count: rounds, control } = readArguments(args, 100)
  const nodes = await startNodes(2, {
    env: { SIGN_IN_FAILURES_PER_ADDRESS: String(control ? 1_000_000 : limit) },
  })
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
  for (const line of wrongRounds) console.log(line)
  console.log(
    `a round: ${sums.evaluated / rounds} looked at; in all: ${sums.throttled} × 429, ` +
      `${sums.later} × 503, too busy to look`,
  )
  const exact = rounds - wrongRounds.length
  return judge(
    `${rounds} rounds of ${atOnce} simultaneous guesses over two processes`,
    [
      {
        what: `rounds with exactly ${limit} checked`,
        seen: String(exact),
        promised: String(rounds),
        // In the control none may be refused.
        kept: control ? exact > 0 : exact === rounds,
      },
    ],
    control,
  )
}
