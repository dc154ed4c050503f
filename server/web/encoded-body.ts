// Refuses bodies with a Content-Encoding, by name: their size is unbounded until they are unpacked.

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
    // RFC 9110 §15.5.16: lists what would have been accepted.
    reply.header('accept-encoding', 'identity')
    done(
      new AppError(
        'unsupported_media_type',
        'Content-Encoding must be left out: send the body as it is',
      ),
    )
  })
}
