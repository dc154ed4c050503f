// What stands behind `npm run conformance --`, read and checked.

import { parseArgs } from 'node:util'
import type { TargetOptions } from './target.ts'

export const usage = `npm run conformance -- http://localhost:3000 [--username … --password …]

  --username, --password                    an account that may sign in (johndoe, secret)
  --disabled-username, --disabled-password  an account that is disabled (alice, secret2)
  --client-id, --client-secret              a confidential client, which may introspect
  --inspector-username, --inspector-password
                                            or an account that may (admin, admin-secret)`

/** @throws Error that says what would be right */
export function readArguments(words: readonly string[]): TargetOptions {
  const { values, positionals } = parse(words)
  const [url, ...more] = positionals
  if (url === undefined) throw new Error(`Say which server: ${usage}`)
  if (more.length > 0) throw new Error(`One address is enough, but there is also "${more[0]}".`)
  const account = readPair(values, 'username', 'password')
  // The demo accounts are there together or not at all.
  const orDemo = (pair: Pair | undefined, ...demo: Pair) => pair ?? (account ? undefined : demo)
  const disabled = orDemo(
    readPair(values, 'disabled-username', 'disabled-password'),
    'alice',
    'secret2',
  )
  const inspector = orDemo(
    readPair(values, 'inspector-username', 'inspector-password'),
    'admin',
    'admin-secret',
  )
  const client = readPair(values, 'client-id', 'client-secret')
  return {
    url: readOrigin(url),
    username: account?.[0] ?? 'johndoe',
    password: account?.[1] ?? 'secret',
    ...(disabled && { disabled: { username: disabled[0], password: disabled[1] } }),
    ...(inspector && { inspector: { username: inspector[0], password: inspector[1] } }),
    ...(client && { client: { id: client[0], secret: client[1] } }),
  }
}

type Pair = [string, string]
type Values = Record<string, string | undefined>

function parse(words: readonly string[]): { values: Values; positionals: string[] } {
  const text = { type: 'string' } as const
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        username: text,
        password: text,
        'disabled-username': text,
        'disabled-password': text,
        'inspector-username': text,
        'inspector-password': text,
        'client-id': text,
        'client-secret': text,
      },
    })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`${why}\n\n${usage}`)
  }
}

function readOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isOrigin =
    (url?.protocol === 'http:' || url?.protocol === 'https:') &&
    (text === url.origin || text === `${url.origin}/`)
  if (url && isOrigin) return url.origin
  throw new Error(`"${text}" is no address of a server: write it as http://localhost:3000.`)
}

function readPair(values: Values, first: string, second: string): Pair | undefined {
  const [one, other] = [values[first], values[second]]
  if (one === undefined && other === undefined) return undefined
  if (one !== undefined && other !== undefined) return [one, other]
  const [there, missing] = one === undefined ? [second, first] : [first, second]
  throw new Error(`--${there} needs --${missing} beside it.`)
}
