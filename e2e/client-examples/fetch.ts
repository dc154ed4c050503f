// A client by fetch, for a phone, a web view or a page on another origin: it stays signed in until it signs out.

const url = globalThis.process?.argv[2] ?? 'http://localhost:3000'

interface Tokens {
  access_token: string
  refresh_token: string
  scope: string
}

/** On a phone this is the keychain. It outlives the program, so that people stay signed in. */
const store = new Map<string, string>()

let tokens: Tokens | undefined
let refreshing: Promise<Tokens> | undefined

async function requestTokens(fields: Record<string, string>): Promise<Tokens> {
  const body = new URLSearchParams({ client_id: 'keycard-cli', ...fields })
  const answer = await fetch(`${url}/token`, { method: 'POST', body })
  const json = await answer.json()
  if (!answer.ok) throw Object.assign(new Error(json.error_description), { code: json.error })
  // Before anything else: the token that was traded in is worth nothing now.
  store.set('refresh_token', json.refresh_token)
  return json
}

export async function signIn(username: string, password: string): Promise<void> {
  tokens = await requestTokens({ grant_type: 'password', username, password })
}

/** One for all calls that meet an expired token: two refreshes would trade in the same one. */
function refresh(): Promise<Tokens> {
  const refresh_token = store.get('refresh_token') ?? ''
  refreshing ??= requestTokens({ grant_type: 'refresh_token', refresh_token }).finally(() => {
    refreshing = undefined
  })
  return refreshing
}

/** Where the session is over this throws with the code invalid_grant: ask for the password again. */
export async function call(path: string, init: RequestInit = {}): Promise<Response> {
  tokens ??= await refresh()
  const { access_token: shown } = tokens
  const answer = await send(path, init, shown)
  if (answer.status !== 401) return answer
  // Another call may have refreshed in the meantime.
  if (tokens?.access_token === shown) tokens = await refresh()
  return send(path, init, tokens?.access_token)
}

function send(path: string, init: RequestInit, token = ''): Promise<Response> {
  const authorization = `Bearer ${token}`
  return fetch(url + path, { ...init, headers: { ...init.headers, authorization } })
}

export async function signOut(): Promise<void> {
  const body = new URLSearchParams({
    client_id: 'keycard-cli',
    token: store.get('refresh_token') ?? '',
  })
  await fetch(`${url}/revoke`, { method: 'POST', body })
  store.clear()
  tokens = undefined
}

await signIn('johndoe', 'secret')
tokens = undefined // as after a restart of the app
const [account] = await Promise.all([call('/api/users/me'), call('/api/items')])
if (account.ok) console.log('me')
await signOut()
