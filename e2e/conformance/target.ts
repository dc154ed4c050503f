// The server under test: how it is called, and the answers that are asked for only once.

import { type Account, type Client, metadataPath, type Paths, type Scopes } from './profiles.ts'
import { NotJudged, NotOffered, Unmet } from './requirement.ts'
import { type Answer, type Question, send } from './send.ts'

export interface TargetOptions extends Account {
  /** An origin: `http://localhost:3000`. */
  url: string
  paths: Paths
  scopes?: Scopes | undefined
  client?: Client | undefined
  otherClient?: Client | undefined
  disabled?: Account | undefined
  /** What may introspect: a confidential client, … */
  introspector?: Required<Client> | undefined
  /** … or else an account whose tokens may, such as an admin's. */
  inspector?: Account | undefined
}

export interface Tokens {
  accessToken: string
  /** RFC 6749 §5.1: optional. */
  refreshToken: string | undefined
}

export interface Session extends Tokens {
  refreshToken: string
}

export type Fields = Record<string, string>

/** In seconds: a server that asks for a longer wait is not judged on that request. */
const longestWaitSeconds = 60

export class Target {
  readonly options: TargetOptions
  readonly paths: Paths
  readonly #remembered = new Map<string, Promise<unknown>>()

  constructor(options: TargetOptions) {
    this.options = options
    this.paths = options.paths
  }

  /** The account's credentials, as fields of a form. */
  get credentials(): Account {
    const { username, password } = this.options
    return { username, password }
  }

  /** How the client identifies itself (RFC 6749 §2.3.1); empty where there is none. */
  get clientFields(): Fields {
    const { client } = this.options
    return client ? fieldsOf(client) : {}
  }

  /** The `iss` to expect in tokens. */
  get issuer(): string {
    return new URL(this.options.url).origin
  }

  /** @throws NotOffered where no client is named */
  requireClient(): Client {
    const { client } = this.options
    if (!client) throw new NotOffered('no client is named')
    return client
  }

  /** @throws NotOffered where no second client is named */
  requireOtherClient(): Client {
    const { otherClient } = this.options
    if (!otherClient) throw new NotOffered('no second client is named')
    return otherClient
  }

  /** @throws NotOffered where no scopes are named */
  requireScopes(): Scopes {
    const { scopes } = this.options
    if (!scopes) throw new NotOffered('no scopes are named')
    return scopes
  }

  /** @throws NotOffered where no protected call is named */
  requireCall(): string {
    const { call } = this.paths
    if (call === undefined) throw new NotOffered('no protected call is named')
    return call
  }

  /** Told to come later, it comes later. @throws NotJudged where that would take too long */
  async send(path: string, question: Question = {}): Promise<Answer> {
    const url = new URL(path, this.options.url)
    for (;;) {
      const answer = await send(url, question)
      if (answer.status !== 429) return answer
      const seconds = Number(answer.headers['retry-after'])
      if (!(seconds >= 0 && seconds <= longestWaitSeconds)) {
        throw new NotJudged(`the server throttles: 429, Retry-After ${seconds || 'unknown'}`)
      }
      await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
    }
  }

  /** A form given as text is sent unchanged: the same field twice, or badly encoded. */
  post(path: string, form: Fields | string, headers: Question['headers'] = {}): Promise<Answer> {
    return this.send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body: typeof form === 'string' ? form : new URLSearchParams(form).toString(),
    })
  }

  askForToken(form: Fields | string, headers?: Question['headers']): Promise<Answer> {
    return this.post(this.paths.token, form, headers)
  }

  /** The password grant, without a scope. */
  askByPassword(more: Fields = {}): Promise<Answer> {
    const grant = { grant_type: 'password', ...this.credentials, ...this.clientFields }
    return this.askForToken({ ...grant, ...more })
  }

  refresh(refreshToken: string, more: Fields = {}): Promise<Answer> {
    const grant = { grant_type: 'refresh_token', refresh_token: refreshToken, ...this.clientFields }
    return this.askForToken({ ...grant, ...more })
  }

  /** A session of its own, for a requirement that ends or changes it. */
  async signIn(more?: Fields): Promise<Tokens> {
    return readTokens(await this.askByPassword({ ...this.#usualScope(), ...more }))
  }

  /** The same, with a refresh token. @throws NotOffered where none is given */
  async startSession(more?: Fields): Promise<Session> {
    return requireRefreshToken(await this.signIn(more))
  }

  /** The protected call. @throws NotOffered where none is named */
  call(accessToken?: string): Promise<Answer> {
    return this.callWith(accessToken === undefined ? {} : bearer(accessToken))
  }

  async callWith(headers: Record<string, string | string[]>): Promise<Answer> {
    return this.send(this.requireCall(), { headers })
  }

  /** The credentials of a caller that may introspect. @throws NotOffered where none is named */
  introspectionHeaders(): Promise<{ authorization: string }> {
    const { introspector, inspector } = this.options
    if (introspector) return Promise.resolve(basic(introspector.id, introspector.secret))
    if (!inspector) throw new NotOffered('name a client or an account that may introspect')
    return this.#once('inspector', async () => {
      const tokens = readTokens(await this.askByPassword({ ...inspector }))
      return bearer(tokens.accessToken)
    })
  }

  /** The answer to a sign-in, for every requirement that only reads it. */
  signInAnswer(): Promise<Answer> {
    return this.#once('sign-in', () => this.askByPassword(this.#usualScope()))
  }

  /** The same without asking for a scope. */
  unscopedAnswer(): Promise<Answer> {
    return this.#once('sign-in without a scope', () => this.askByPassword())
  }

  async session(): Promise<Tokens> {
    return readTokens(await this.signInAnswer())
  }

  /** Sent once: servers count wrong passwords. */
  refused(): Promise<Answer> {
    return this.#once('refused', () => this.askByPassword({ password: wrongPassword }))
  }

  /** A name that no account has. */
  refusedUnknown(): Promise<Answer> {
    const stranger = { username: 'nobody-has-this-name', password: wrongPassword }
    return this.#once('refused, unknown', () => this.askByPassword(stranger))
  }

  /** As a FastAPI client sends it: without a grant and a client. */
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

  metadata(): Promise<Answer> {
    return this.document(metadataPath)
  }

  /** An endpoint that takes a form. @throws NotOffered where there is none */
  async requireEndpoint(path: string): Promise<void> {
    const answer = await this.#once(`POST ${path}`, () => this.post(path, ''))
    if (answer.status === 404) throw new NotOffered(`there is no ${path}`)
  }

  /** What the protected call needs; some servers give no scope that was not asked for. */
  #usualScope(): Fields {
    const { scopes } = this.options
    return scopes ? { scope: `${scopes.call} ${scopes.other}` } : {}
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

export function fieldsOf({ id, secret }: Client): Fields {
  return secret === undefined ? { client_id: id } : { client_id: id, client_secret: secret }
}

export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` }
}

export function basic(clientId: string, secret = ''): { authorization: string } {
  return { authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` }
}

/** @throws Unmet where the answer holds no access token */
export function readTokens({ status, json }: Answer): Tokens {
  const { access_token: accessToken, refresh_token: refreshToken } = json ?? {}
  if (status !== 200 || typeof accessToken !== 'string' || accessToken === '') {
    const why = typeof json?.error === 'string' ? `${status} ${json.error}` : String(status)
    throw new Unmet(`no access token was given, but ${why}`)
  }
  return {
    accessToken,
    refreshToken: typeof refreshToken === 'string' ? refreshToken : undefined,
  }
}

/** @throws NotOffered where there is none */
export function requireRefreshToken({ accessToken, refreshToken }: Tokens): Session {
  if (refreshToken === undefined) throw new NotOffered('it gives no refresh token')
  return { accessToken, refreshToken }
}
