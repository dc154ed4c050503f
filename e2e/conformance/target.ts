// The server that is held to the requirements: how it is asked, and what may be asked only once.

import { NotOffered, Unmet } from './requirement.ts'
import { type Answer, type Question, send } from './send.ts'

export interface TargetOptions {
  /** An origin: `http://localhost:3000`. */
  url: string
  /** An account that may sign in; it needs the scopes `me` and `items:read`. */
  username: string
  password: string
  /** An account that is disabled, if there is one. */
  disabled?: { username: string; password: string }
  /** Who may introspect: a confidential client, … */
  client?: { id: string; secret: string }
  /** … or else an account whose tokens may, as an admin's. */
  inspector?: { username: string; password: string }
}

export interface Tokens {
  accessToken: string
  refreshToken: string
}

export type Fields = Record<string, string>

export const paths = {
  token: '/token',
  revoke: '/revoke',
  introspect: '/introspect',
  metadata: '/.well-known/oauth-authorization-server',
  resourceMetadata: '/.well-known/oauth-protected-resource',
  jwks: '/.well-known/jwks.json',
  /** Protected by the scope `me`. */
  account: '/api/users/me',
} as const

/** The public clients every Keycard has. */
export const publicClients = ['keycard-cli', 'keycard-web'] as const

/** What a client that names itself sends: RFC 6749 §2.3.1 allows a public one to do so in the body. */
export const namedClient = { client_id: publicClients[0] } as const

export class Target {
  readonly options: TargetOptions
  readonly #remembered = new Map<string, Promise<unknown>>()

  constructor(options: TargetOptions) {
    this.options = options
  }

  /** The account's credentials, as fields of a form. */
  get credentials(): { username: string; password: string } {
    const { username, password } = this.options
    return { username, password }
  }

  send(path: string, question: Question = {}): Promise<Answer> {
    return send(new URL(path, this.options.url), question)
  }

  /** A form given as text is sent as it is: twice the same field, or badly encoded. */
  post(path: string, form: Fields | string, headers: Question['headers'] = {}): Promise<Answer> {
    return this.send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
    })
  }

  askForToken(form: Fields | string, headers?: Question['headers']): Promise<Answer> {
    return this.post(paths.token, form, headers)
  }

  /** The password grant, as a client that names itself asks for it. */
  askByPassword(more: Fields = {}): Promise<Answer> {
    const grant = { grant_type: 'password', ...this.credentials, ...namedClient }
    return this.askForToken({ ...grant, ...more })
  }

  refresh(refreshToken: string, more: Fields = {}): Promise<Answer> {
    const grant = { grant_type: 'refresh_token', refresh_token: refreshToken, ...namedClient }
    return this.askForToken({ ...grant, ...more })
  }

  /** A session of its own, for a requirement that ends or changes it. */
  async signIn(more?: Fields): Promise<Tokens> {
    return readTokens(await this.askByPassword(more))
  }

  /** The protected call. */
  call(accessToken?: string): Promise<Answer> {
    return this.callWith(accessToken === undefined ? {} : bearer(accessToken))
  }

  callWith(headers: Record<string, string | string[]>): Promise<Answer> {
    return this.send(paths.account, { headers })
  }

  /** What lets somebody introspect. @throws NotOffered where nobody is known who may */
  introspectionHeaders(): Promise<{ authorization: string }> {
    const { client, inspector } = this.options
    if (client) return Promise.resolve(basic(client.id, client.secret))
    if (!inspector) throw new NotOffered('name a client or an account that may introspect')
    return this.#once('inspector', async () => bearer((await this.signIn(inspector)).accessToken))
  }

  /** The answer to a sign-in, for every requirement that only looks at it. */
  signInAnswer(): Promise<Answer> {
    return this.#once('sign-in', () => this.askByPassword())
  }

  async session(): Promise<Tokens> {
    return readTokens(await this.signInAnswer())
  }

  /** Asked once: wrong passwords are what a server counts. */
  refusedNamed(): Promise<Answer> {
    return this.#once('refused, client named', () =>
      this.askByPassword({ password: wrongPassword }),
    )
  }

  refusedUnnamed(): Promise<Answer> {
    const { username } = this.credentials
    return this.#once('refused, no client named', () =>
      this.askForToken({ username, password: wrongPassword }),
    )
  }

  /** @throws NotOffered where there is no such document */
  document(path: string): Promise<Answer> {
    return this.#once(path, async () => {
      const answer = await this.send(path)
      if (answer.status === 404) throw new NotOffered(`there is no ${path}`)
      return answer
    })
  }

  /** An endpoint that takes a form. @throws NotOffered where there is none */
  async requireEndpoint(path: string): Promise<void> {
    const answer = await this.#once(`POST ${path}`, () => this.post(path, ''))
    if (answer.status === 404) throw new NotOffered(`there is no ${path}`)
  }

  /** The `iss` to be found in tokens. */
  get issuer(): string {
    return new URL(this.options.url).origin
  }

  #once<Value>(name: string, make: () => Promise<Value>): Promise<Value> {
    const known = this.#remembered.get(name) as Promise<Value> | undefined
    if (known) return known
    const made = make()
    this.#remembered.set(name, made)
    return made
  }
}

export const wrongPassword = 'not the "password" of <anybody>'

export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` }
}

export function basic(clientId: string, secret = ''): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` }
}

/** @throws Unmet where the answer holds no tokens */
export function readTokens({ status, json }: Answer): Tokens {
  const { access_token: accessToken, refresh_token: refreshToken } = json ?? {}
  if (status !== 200 || typeof accessToken !== 'string' || typeof refreshToken !== 'string') {
    const why = typeof json?.error === 'string' ? `${status} ${json.error}` : String(status)
    throw new Unmet(`no access token and refresh token were given, but ${why}`)
  }
  return { accessToken, refreshToken }
}
