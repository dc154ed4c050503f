// The kinds of servers that can be tested: the paths and names each uses, unless an option says otherwise.

/** Paths, each of which an option may name. */
export interface Paths {
  token: string
  /** A protected call, by GET. */
  call: string | undefined
  revoke: string
  introspect: string
  jwks: string
}

/** Where RFC 8414 §3 and RFC 9728 §3 place them. */
export const metadataPath = '/.well-known/oauth-authorization-server'
export const resourceMetadataPath = '/.well-known/oauth-protected-resource'

export interface Client {
  id: string
  /** A public client has none. */
  secret?: string | undefined
}

export interface Scopes {
  /** What the protected call needs. */
  call: string
  /** Another one that the account may have. */
  other: string
}

export interface Profile {
  paths: Paths
  /** Without them the server's tokens are good for everything. */
  scopes?: Scopes
  /** The client that asks for tokens; without it no client is named. */
  client?: Client
  otherClient?: Client
  account?: Account
  /** An account that is disabled. */
  disabled?: Account
  /** An account whose tokens may introspect. */
  inspector?: Account
}

export interface Account {
  username: string
  password: string
}

const usualPaths: Paths = {
  token: '/token',
  call: undefined,
  revoke: '/revoke',
  introspect: '/introspect',
  jwks: '/.well-known/jwks.json',
}

export const profiles = {
  /** The public clients that every Keycard has, and the demo accounts. */
  keycard: {
    paths: { ...usualPaths, call: '/api/users/me' },
    scopes: { call: 'me', other: 'me:write' },
    client: { id: 'keycard-cli' },
    otherClient: { id: 'keycard-web' },
    account: { username: 'johndoe', password: 'secret' },
    disabled: { username: 'alice', password: 'secret2' },
    inspector: { username: 'admin', password: 'admin-secret' },
  },
  /** The app of FastAPI's tutorial: it knows no clients. */
  fastapi: {
    paths: { ...usualPaths, call: '/users/me/' },
    account: { username: 'johndoe', password: 'secret' },
  },
  /** Any server that has the password grant. */
  oauth: { paths: usualPaths },
} satisfies Record<string, Profile>

export type ProfileName = keyof typeof profiles
