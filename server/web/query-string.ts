// A strict reader of query strings: each name once, and nothing badly encoded.

import { AppError } from '../contract/app-error.ts'
import { decodeFormComponent, splitPair } from './form-body.ts'

/**
 * Which of two values counts must not be guessed, and Fastify's parser keeps `%zz` as it is.
 * @throws AppError invalid_request or, naming the parameter that is given twice, invalid_input
 */
export function readQuery(url: string): Map<string, string> {
  const query = new Map<string, string>()
  const start = url.indexOf('?')
  if (start === -1) return query
  for (const pair of url.slice(start + 1).split('&')) {
    if (pair === '') continue
    const [rawName, rawValue] = splitPair(pair)
    const name = decodeFormComponent(rawName, 'A parameter name')
    const value = decodeFormComponent(rawValue, 'A parameter')
    if (query.has(name)) throw refuseParameter(name, 'must not be given twice')
    query.set(name, value)
  }
  return query
}

export function refuseParameter(name: string, message: string): AppError {
  // Does not repeat a name that looks odd: it may be something that was pasted.
  const path = /^[\w.-]{1,40}$/.test(name) ? name : ''
  const subject = path === '' ? 'A parameter' : path
  return new AppError('invalid_input', `${subject} ${message}`, { fields: [{ path, message }] })
}
