// The input of a procedure, gathered from a REST request: path, query string, JSON body.

import type { FastifyRequest } from 'fastify'
import { AppError } from '../../contract/app-error.ts'
import { readQuery, refuseParameter } from '../../web/query-string.ts'
import { refuseMisplacedToken } from '../../web/require-token.ts'
import type { JsonSchema } from './json-schema.ts'
import { hasBody, type RestProcedure, takesVersion } from './rest-procedures.ts'
import { readIfMatch } from './row-etag.ts'

/**
 * Raw: the procedure's own schema decides whether it keeps the rules.
 * @throws AppError invalid_request or invalid_input where a parameter is not allowed here, and
 *   not_authenticated where it is a token
 */
export function readInput(
  request: FastifyRequest,
  procedure: RestProcedure,
): Record<string, unknown> {
  const query = readQuery(request.url)
  const body = hasBody(procedure) ? readBody(request.body) : {}
  refuseMisplacedToken({ query, body, headers: request.headers })
  const { fields, pathFields } = procedure
  const path = Object.entries(request.params as Record<string, string>)
  for (const name of query.keys()) {
    const isKnown = !hasBody(procedure) && Object.hasOwn(fields, name) && !pathFields.includes(name)
    if (!isKnown) throw refuseParameter(name, 'is not a parameter here')
  }
  const texts = [...query, ...path].map(([name, text]) => [name, coerceText(text, fields[name])])
  const version = takesVersion(procedure) ? readIfMatch(request.headers) : {}
  return { ...body, ...Object.fromEntries(texts), ...version }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new AppError('invalid_request', 'The body is not valid JSON', { cause: error })
  }
}

/** A missing body counts as an object without fields. */
function readBody(text: unknown): object {
  if (typeof text !== 'string' || text === '') return {}
  const body = parseJson(text)
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body
  const message = 'must be a JSON object'
  throw new AppError('invalid_input', `The body ${message}`, { fields: [{ path: '', message }] })
}

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i

/** Text that is not a number stays text, and the procedure's schema refuses it in its own words. */
function coerceText(text: string, { type }: JsonSchema = {}): unknown {
  switch (type) {
    case 'integer':
    case 'number':
      return jsonNumber.test(text) ? Number(text) : text
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : text
    default:
      return text
  }
}
