// The lines of a file of any length, one after the other: only part of it is in memory.

import { createReadStream, statSync } from 'node:fs'
import { AppError } from '../../contract/app-error.ts'

export interface Line {
  /** From 1, as editors count. */
  number: number
  /** Trimmed, and never empty; null where it is longer than `lineMaxBytes`. */
  text: string | null
}

const lineMaxBytes = 16 * 1_024
const newline = 0x0a

/** @throws AppError invalid_input where it cannot be read */
export async function* readLines(file: string): AsyncGenerator<Line> {
  let number = 0
  let rest = Buffer.alloc(0)
  let isTooLong = false

  function toLine(bytes: Buffer): Line | undefined {
    number += 1
    const isCut = isTooLong || bytes.length > lineMaxBytes
    isTooLong = false
    if (isCut) return { number, text: null }
    const text = bytes
      .toString('utf8')
      .replace(number === 1 ? /^\uFEFF/ : /^$/, '')
      .trim()
    return text === '' ? undefined : { number, text }
  }

  for await (const chunk of readChunks(file)) {
    let start = 0
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      const line = toLine(Buffer.concat([rest, chunk.subarray(start, end)]))
      if (line) yield line
      rest = Buffer.alloc(0)
      start = end + 1
    }
    if (rest.length > lineMaxBytes) isTooLong = true
    else rest = Buffer.concat([rest, chunk.subarray(start)])
  }
  const last = toLine(rest)
  if (last) yield last
}

/** @throws AppError invalid_input where it cannot be read */
export async function* readChunks(file: string): AsyncGenerator<Buffer> {
  try {
    if (!statSync(file).isFile()) throw new Error('it is read more than once, and this is no file')
    for await (const chunk of createReadStream(file)) yield chunk
  } catch (error) {
    throw new AppError('invalid_input', `The file cannot be read: ${(error as Error).message}`)
  }
}
