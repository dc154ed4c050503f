// The questions that are asked of a Keycard whose database is in trouble.

import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { runKeycard } from '../support/keycard-process.ts'
import { type Answer, ask, askJson, postForm, signIn, type TokenAnswer } from './ask.ts'

export interface Questions {
  /** Those that write: a sign-in, a refresh of always the same session, a new item. */
  writing: Questioned
  /** Those that read a table. */
  reading: Questioned
  /** With an access token, and nothing else from the database. */
  protected: Questioned
  /** Those that have nothing to do with the database. */
  apart: Questioned
  /** What was confirmed as made. */
  madeItems: Set<string>
  accessToken: string
}

type Questioned = Readonly<Record<string, () => Promise<Answer>>>

/** A client that gets tokens in its own name, and asks whether they are valid. */
export interface Machine {
  id: string
  secret: string
}

/** @throws Error where the command line of that Keycard does not add it */
export async function addMachine(env: Record<string, string>): Promise<Machine> {
  const id = `torture-${randomBytes(4).toString('hex')}`
  const rights = ['--grants', 'client_credentials', '--scopes', 'users:read', '--confidential']
  const words = ['clients', 'add', id, '--name', 'Torture', ...rights]
  const { code, stdout, stderr } = await runKeycard('cli', words, { env })
  const secret = stdout.trim().split('\n').at(-1)
  if (code !== 0 || secret === undefined) throw new Error(`no client: ${stdout}${stderr}`)
  return { id, secret }
}

/** Signs in at `url`, which must still be healthy. */
export async function prepareQuestions(url: string, machine: Machine): Promise<Questions> {
  const { access_token: accessToken, refresh_token: firstRefreshToken } = await signIn(url)
  const headers = { authorization: `Bearer ${accessToken}` }
  const cookie = await signInAsBrowser(url)
  const machineToken = await getMachineToken(url, machine)
  const madeItems = new Set<string>()
  const get = (path: string, more: Record<string, string> = {}) => {
    return () => ask(`${url}${path}`, { headers: more })
  }
  const page = { accept: 'text/html', cookie }

  let refreshToken = firstRefreshToken
  let refreshing: Promise<Answer> | undefined
  /** One at a time, like every client: a token that is two behind is taken for stolen. */
  function refresh(): Promise<Answer> {
    refreshing ??= tradeToken().finally(() => {
      refreshing = undefined
    })
    return refreshing
  }

  async function tradeToken(): Promise<Answer> {
    const fields = { grant_type: 'refresh_token', refresh_token: refreshToken }
    const answer = await postForm(`${url}/token`, fields)
    if (answer.status === 200) refreshToken = (JSON.parse(answer.body) as TokenAnswer).refresh_token
    return answer
  }

  async function makeItem(): Promise<Answer> {
    const content = {
      title: randomBytes(6).toString('hex'),
      description: randomBytes(900).toString('hex'),
    }
    const answer = await askJson(`${url}/api/items`, { accessToken, content })
    if (answer.status === 201) madeItems.add((JSON.parse(answer.body) as { id: string }).id)
    return answer
  }

  return {
    writing: {
      'POST /token, password': () =>
        postForm(`${url}/token`, { username: 'johndoe', password: 'secret' }),
      'POST /token, refresh': refresh,
      'POST /api/items': makeItem,
    },
    reading: {
      'GET /api/items': get('/api/items', headers),
      'GET /api/protected': get('/api/protected', headers),
    },
    protected: {
      'POST /introspect, of a client': () =>
        ask(`${url}/introspect`, {
          method: 'POST',
          headers: {
            authorization: `Bearer ${machineToken}`,
            'content-type': 'application/x-www-form-urlencoded',
          },
          body: `token=${machineToken}`,
        }),
    },
    apart: {
      '/healthz': get('/healthz'),
      'a static file': get(`/assets/${findAsset()}`),
      'the key set': get('/.well-known/jwks.json'),
      metadata: get('/.well-known/oauth-authorization-server'),
      'the app’s page': get('/items', page),
      'the sign-in page, signed in': get('/login', page),
      'the registration page, signed in': get('/register', page),
      'the first page, signed in': get('/', page),
    },
    madeItems,
    accessToken,
  }
}

async function getMachineToken(url: string, { id, secret }: Machine): Promise<string> {
  const answer = await postForm(`${url}/token`, {
    grant_type: 'client_credentials',
    client_id: id,
    client_secret: secret,
  })
  if (answer.status !== 200) throw new Error(`no token for a client: ${answer.body}`)
  return (JSON.parse(answer.body) as TokenAnswer).access_token
}

async function signInAsBrowser(url: string): Promise<string> {
  const { headers } = await askJson(`${url}/trpc/auth.login`, {
    headers: { 'sec-fetch-site': 'same-origin' },
    content: { username: 'johndoe', password: 'secret' },
  })
  return (headers['set-cookie'] ?? []).map((line) => line.split(';', 1)[0]).join('; ')
}

function findAsset(): string {
  const folder = fileURLToPath(new URL('../../dist/client/assets', import.meta.url))
  const name = readdirSync(folder).find((file) => file.endsWith('.js'))
  if (name === undefined) throw new Error('The pages are not built: run "npm run build"')
  return name
}
