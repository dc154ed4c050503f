// The operator's log: one line of JSON for each event, and no secret in it whatever code writes it (R30).

import { type DestinationStream, type Logger, pino } from 'pino'
import type { LogLevel } from '../../config.ts'

/** Onto stdout by default. */
export function createOperatorLog(level: LogLevel, destination?: DestinationStream): Logger {
  const options = {
    level,
    formatters: { log: withoutSecrets },
    // Described already: pino's own serializer would copy everything attached to an error.
    serializers: { err: (fault: unknown) => fault },
  }
  return destination ? pino(options, destination) : pino(options)
}

/** Also `current_password`, `refresh_token`, `set-cookie`, and any field of a body. */
const secretNames = /pass(word|phrase)|secret|token|authorization|cookie|^(body|payload|form)$/i

const withheld = '[withheld]'
const depthMax = 5

/** Fastify's own words for a request and an answer; its serializers log only safe parts. */
const serialized = new Set(['req', 'res'])

/** What is logged of the facts of a line; chosen by their names, since a value has none. */
export function withoutSecrets(facts: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [
      name,
      serialized.has(name) ? value : readFact(name, value, depthMax),
    ]),
  )
}

function readFact(name: string, value: unknown, depth: number): unknown {
  if (value === null || value === undefined) return value
  if (secretNames.test(name)) return withheld
  if (typeof value !== 'object') return typeof value === 'function' ? undefined : value
  if (value instanceof Error) return describeFault(value, depth)
  if (depth === 0) return withheld
  if (Array.isArray(value)) return value.map((entry) => readFact('', entry, depth - 1))
  if (value instanceof Date) return value
  // A request, a map of form fields, bytes: code that wants some of it in the log names the part.
  if (!isPlain(value)) return `[${value.constructor?.name ?? 'object'}]`
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [key, readFact(key, entry, depth - 1)]),
  )
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * What it was, where, and why; not what libraries attach to it: the request, the input or the row
 * that failed.
 */
function describeFault(error: Error, depth: number): Record<string, unknown> {
  const { code, cause } = error as Error & { code?: unknown }
  const frames = error.stack?.split('\n').filter((line) => /^\s+at /.test(line)) ?? []
  return {
    type: error.name,
    // JSON.parse repeats what it could not read.
    message: error instanceof SyntaxError ? withheld : error.message,
    ...((typeof code === 'string' || typeof code === 'number') && { code }),
    stack: frames.join('\n'),
    ...(cause instanceof Error && depth > 0 && { cause: describeFault(cause, depth - 1) }),
  }
}
