// A password from the person at the terminal, unseen, or from a pipe; never from an argument,
// which every process on the machine can read.

import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { AppError } from '../contract/app-error.ts'

/**
 * Asks twice at a terminal. From a pipe the first line is taken, and nothing is asked.
 * @throws AppError invalid_input where the two differ, or nothing came
 */
export async function askNewPassword(username: string): Promise<string> {
  if (!process.stdin.isTTY) return readPipedLine()
  const password = await askUnseen(`New password for ${username}: `)
  const repeated = await askUnseen('The same once more: ')
  if (password === repeated) return password
  throw new AppError('invalid_input', 'The two passwords differ. Nothing was changed.')
}

function askUnseen(question: string): Promise<string> {
  process.stderr.write(question)
  // What is typed is echoed to the output: this one swallows it.
  const output = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output, terminal: true })
  return new Promise((resolve, reject) => {
    lines.once('line', resolve)
    lines.once('close', () => {
      process.stderr.write('\n')
      reject(new AppError('invalid_input', 'No password was given. Nothing was changed.'))
    })
    lines.once('SIGINT', () => lines.close())
  }).finally(() => lines.close()) as Promise<string>
}

async function readPipedLine(): Promise<string> {
  for await (const line of createInterface({ input: process.stdin })) return line
  throw new AppError('invalid_input', 'No password was given on standard input.')
}
