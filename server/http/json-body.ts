// Strict JSON bodies: one media type, valid UTF-8, bounded.

import type { FastifyInstance } from 'fastify'
import { AppError } from '../contract/app-error.ts'

/** In bytes. The longest input there is, a full item in four-byte characters, takes a seventh. */
export const jsonMaxBytes = 64 * 1024

interface JsonBody {
  /** What becomes of the text: the raw text itself, or its value. */
  parse: (text: string) => unknown
}

/** For an encapsulated plugin: from here on, its routes take JSON and nothing else. */
export function acceptJsonOnly(app: FastifyInstance, { parse }: JsonBody): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer', bodyLimit: jsonMaxBytes },
    async (_request: unknown, body: Buffer) => parse(decodeUtf8(body)),
  )
  app.addContentTypeParser('*', async () => {
    throw new AppError('unsupported_media_type', 'Content-Type must be application/json')
  })
}

/** Fatal: Fastify's own parser turns every bad byte into U+FFFD, and two passwords into one (R5). */
function decodeUtf8(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body)
  } catch (error) {
    throw new AppError('invalid_request', 'The body is not valid UTF-8', { cause: error })
  }
}
