// Strict JSON bodies: one media type, valid UTF-8, bounded.

import type { FastifyInstance } from 'fastify'
import { AppError } from '../contract/app-error.ts'
import { refuseEncodedBodies } from './encoded-body.ts'

/**
 * In bytes. The longest possible input, a full item in four-byte characters, takes a seventh of
 * this.
 */
export const jsonMaxBytes = 64 * 1024

interface JsonBody {
  /** What the text becomes: the raw text itself, or its parsed value. */
  parse: (text: string) => unknown
}

/** For an encapsulated plugin: its routes then accept JSON only. */
export function acceptJsonOnly(app: FastifyInstance, { parse }: JsonBody): void {
  refuseEncodedBodies(app)
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: jsonMaxBytes },
    async (_request: unknown, body: Buffer) => {
      const text = decodeUtf8(body)
      if (isNestedDeeply(text))
        throw new AppError('invalid_request', 'The input is nested too deeply')
      return parse(text)
    },
  )
  app.addContentTypeParser('*', async () => {
    throw new AppError('unsupported_media_type', 'Content-Type must be application/json')
  })
}

/**
 * Fatal: Fastify's own parser turns every bad byte into U+FFFD, and so two passwords into one (R5).
 */
function decodeUtf8(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (error) {
    throw new AppError('invalid_request', 'The body is not valid UTF-8', { cause: error })
  }
}

/** A batch of ten inputs has three levels. */
const depthMax = 32
/** In characters: a shorter text costs next to nothing, whatever it holds. */
const shortLength = 1_000

/** JSON.parse takes five times as long for 60,000 open brackets as for other text of that length. */
function isNestedDeeply(text: string): boolean {
  if (text.length <= shortLength) return false
  let depth = 0
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at]
    if (character === '"') at = endOfString(text, at)
    else if (character === '[' || character === '{') depth += 1
    else if (character === ']' || character === '}') depth -= 1
    if (depth > depthMax) return true
  }
  return false
}

/** Where the string that begins at `start` ends; the end of the text if it is never closed. */
function endOfString(text: string, start: number): number {
  let at = start
  for (;;) {
    at = text.indexOf('"', at + 1)
    if (at === -1) return text.length
    let escapes = 0
    while (text[at - 1 - escapes] === '\\') escapes += 1
    if (escapes % 2 === 0) return at
  }
}
