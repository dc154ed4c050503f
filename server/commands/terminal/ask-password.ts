// Reads a password from the terminal, unseen, or from a pipe; never from an argument, which every
// process on the machine can read.

import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { AppError } from '../../contract/app-error.ts'

/**
 * Asks twice at a terminal. From a pipe the first line is taken, and nothing is asked.
 * @throws AppError invalid_input where the two differ, or nothing came
 */
export async function askNewPassword(username: string): Promise<string> {
  if (!process.stdin.isTTY) return readPipedLine()
  const prompt = openPrompt()
  try {
    const password = await prompt.ask(`New password for ${username}: `)
    const repeated = await prompt.ask('The same once more: ')
    if (password === repeated) return password
    throw new AppError('invalid_input', 'The two passwords differ. Nothing was changed.')
  } finally {
    prompt.close()
  }
}

/** The terminal echoes nothing from here on: what readline would show is swallowed. */
function openPrompt() {
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output, terminal: true })
  lines.once('SIGINT', () => lines.close())
  return {
    ask(question: string): Promise<string> {
      process.stderr.write(question)
      return new Promise<string>((resolve, reject) => {
        lines.once('line', resolve)
        lines.once('close', () =>
          reject(new AppError('invalid_input', 'No password was given. Nothing was changed.')),
        )
      }).finally(() => process.stderr.write('\n'))
    },
    close: () => lines.close(),
  }
}

async function readPipedLine(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) return line
  throw new AppError('invalid_input', 'No password was given on standard input.')
}
