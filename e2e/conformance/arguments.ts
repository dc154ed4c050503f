// Reads and checks the arguments of `npm run conformance --`.

import { parseArgs } from 'node:util'
import { type Account, type Client, type Profile, type ProfileName, profiles } from './profiles.ts'
import type { TargetOptions } from './target.ts'

export const usage = `npm run conformance -- http://localhost:3000 [--profile fastapi] [--username … --password …]

  --profile                                 keycard, by default; fastapi, the app of its tutorial; or
                                            oauth, any server with the password grant
  --username, --password                    an account that may sign in (johndoe, secret)
  --disabled-username, --disabled-password  an account that is disabled (alice, secret2)
  --inspector-username, --inspector-password
                                            an account that may introspect (admin, admin-secret)
  --introspector-id, --introspector-secret  or a confidential client that may
  --client-id [--client-secret]             the client that asks (keycard-cli); without one, none is named
  --other-client-id [--other-client-secret] another client (keycard-web)
  --scope, --other-scope                    what the protected call needs (me), and another one that
                                            the account may have (me:write)
  --call-path                               the protected call, by GET (/api/users/me)
  --token-path, --revoke-path, --introspect-path, --jwks-path
                                            (/token, /revoke, /introspect, /.well-known/jwks.json)

What stands in brackets is Keycard's, and is what holds where nothing is named; with an account of its
own no demo account is taken.`

export interface Arguments {
  profile: ProfileName
  options: TargetOptions
}

/** @throws Error that says what would be right */
export function readArguments(words: readonly string[]): Arguments {
  const { values, positionals } = parse(words)
  const [url, ...more] = positionals
  if (url === undefined) throw new Error(`Say which server: ${usage}`)
  if (more.length > 0) throw new Error(`One address is enough, but there is also "${more[0]}".`)
  const name = values.profile ?? 'keycard'
  if (!isProfileName(name)) {
    throw new Error(`--profile is "${name}", but is ${Object.keys(profiles).join(', ')}.`)
  }
  const profile: Profile = profiles[name]
  const named = readAccount(values, '')
  const account = named ?? profile.account
  if (!account) throw new Error('Say which account may sign in: --username and --password.')
  // The demo accounts are there together or not at all.
  const orDemo = (one: Account | undefined, demo: Account | undefined) =>
    one ?? (named ? undefined : demo)
  const call = values.scope ?? profile.scopes?.call
  const other = values['other-scope'] ?? profile.scopes?.other
  const introspector = readPair(values, 'introspector-id', 'introspector-secret')
  return {
    profile: name,
    options: {
      url: readOrigin(url),
      ...account,
      paths: {
        token: values['token-path'] ?? profile.paths.token,
        call: values['call-path'] ?? profile.paths.call,
        revoke: values['revoke-path'] ?? profile.paths.revoke,
        introspect: values['introspect-path'] ?? profile.paths.introspect,
        jwks: values['jwks-path'] ?? profile.paths.jwks,
      },
      scopes: call !== undefined && other !== undefined ? { call, other } : undefined,
      client: readClient(values, '') ?? profile.client,
      otherClient: readClient(values, 'other-') ?? profile.otherClient,
      disabled: orDemo(readAccount(values, 'disabled-'), profile.disabled),
      inspector: orDemo(readAccount(values, 'inspector-'), profile.inspector),
      introspector: introspector && { id: introspector[0], secret: introspector[1] },
    },
  }
}

type Values = Record<string, string | undefined>

const names = [
  ...['profile', 'username', 'password', 'disabled-username', 'disabled-password'],
  ...['inspector-username', 'inspector-password', 'introspector-id', 'introspector-secret'],
  ...['client-id', 'client-secret', 'other-client-id', 'other-client-secret'],
  ...['scope', 'other-scope', 'call-path', 'token-path', 'revoke-path', 'introspect-path'],
  'jwks-path',
]

function parse(words: readonly string[]): { values: Values; positionals: string[] } {
  const text = { type: 'string' } as const
  try {
    const options = Object.fromEntries(names.map((name) => [name, text]))
    return parseArgs({ args: [...words], allowPositionals: true, options })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`${why}\n\n${usage}`)
  }
}

function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(profiles, name)
}

function readOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isOrigin =
    (url?.protocol === 'http:' || url?.protocol === 'https:') &&
    (text === url.origin || text === `${url.origin}/`)
  if (url && isOrigin) return url.origin
  throw new Error(`"${text}" is no address of a server: write it as http://localhost:3000.`)
}

function readAccount(values: Values, prefix: string): Account | undefined {
  const pair = readPair(values, `${prefix}username`, `${prefix}password`)
  return pair && { username: pair[0], password: pair[1] }
}

function readClient(values: Values, prefix: string): Client | undefined {
  const [id, secret] = [values[`${prefix}client-id`], values[`${prefix}client-secret`]]
  if (id !== undefined) return { id, secret }
  if (secret === undefined) return undefined
  throw new Error(`--${prefix}client-secret needs --${prefix}client-id beside it.`)
}

function readPair(values: Values, first: string, second: string): [string, string] | undefined {
  const [one, other] = [values[first], values[second]]
  if (one === undefined && other === undefined) return undefined
  if (one !== undefined && other !== undefined) return [one, other]
  const [there, missing] = one === undefined ? [second, first] : [first, second]
  throw new Error(`--${there} needs --${missing} beside it.`)
}
