// Bodies in a Content-Encoding: refused by name. What is compressed has no bound until it is unpacked.

import type { FastifyInstance } from 'fastify'
import { AppError } from '../contract/app-error.ts'

/** For an encapsulated plugin. @throws AppError unsupported_media_type */
export function refuseEncodedBodies(app: FastifyInstance): void {
  app.addHook('preParsing', ({ headers }, reply, body, done) => {
    const coding = headers['content-encoding']
    const hasBody =
      headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
    if (coding === undefined || !hasBody || coding.toLowerCase() === 'identity') {
      done(null, body)
      return
    }
    // RFC 9110 §15.5.16: what would have been taken.
    reply.header('accept-encoding', 'identity')
    done(
      new AppError(
        'unsupported_media_type',
        'Content-Encoding must be left out: send the body as it is',
      ),
    )
  })
}
