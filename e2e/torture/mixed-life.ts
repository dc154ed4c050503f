// What people and programs do all day: sign in, call, refresh, forget to sign out, mistype.

import { randomBytes, randomInt } from 'node:crypto'

export interface Life {
  /** `faults`: answers of 500 and more, except 503 ("later"). */
  end(): Promise<{ done: number; faults: number; answers: string }>
}

const atOnce = 6
const userCount = 30
const formType = 'application/x-www-form-urlencoded'
const passwordOf = (username: string) => `the pass phrase of ${username}`

/** Goes on until it is ended. */
export function live(url: string): Life {
  let running = true
  let done = 0
  const statuses = new Map<number, number>()
  const countOf = (isMeant: (status: number) => boolean) =>
    [...statuses].reduce((sum, [status, n]) => (isMeant(status) ? sum + n : sum), 0)
  const usernames = Array.from({ length: userCount }, (_, index) => `user${index}`)
  /** Of browsers that were not closed: username to cookies. */
  const browsers = new Map<string, string>()

  async function send(path: string, init: RequestInit & { headers?: Record<string, string> } = {}) {
    const from = `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`
    const headers = { 'x-forwarded-for': from, ...init.headers }
    const answer = await fetch(`${url}${path}`, { ...init, headers })
    const text = await answer.text()
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
    return { status: answer.status, text, cookies: answer.headers.getSetCookie() }
  }
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    })
  const postForm = (path: string, fields: Record<string, string>) =>
    send(path, {
      method: 'POST',
      headers: { 'content-type': formType },
      body: new URLSearchParams(fields).toString(),
    })
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

  async function useProgram(): Promise<void> {
    const username = pick(usernames)
    const { status, text } = await postForm('/token', { username, password: passwordOf(username) })
    if (status !== 200) return
    let { access_token, refresh_token } = JSON.parse(text)
    for (let round = randomInt(4); round > 0; round -= 1) {
      await send('/api/users/me', { headers: bearer(access_token) })
      const made = await post('/api/items', { title: 'soak' }, bearer(access_token))
      if (made.status === 201) {
        const path = `/api/items/${JSON.parse(made.text).id}`
        await send(path, { method: 'DELETE', headers: bearer(access_token) })
      }
      const next = await postForm('/token', { grant_type: 'refresh_token', refresh_token })
      if (next.status !== 200) return
      ;({ access_token, refresh_token } = JSON.parse(next.text))
    }
    // Most programs never give a token back.
    if (randomInt(3) === 0) await postForm('/revoke', { token: refresh_token })
  }

  async function useBrowser(): Promise<void> {
    const username = pick(usernames)
    const cookie = browsers.get(username) ?? ''
    const headers = { origin: url, ...(cookie !== '' && { cookie }) }
    const credentials = {
      username,
      password: passwordOf(username),
      remember_me: randomInt(2) === 0,
    }
    const { status, cookies } = await post('/trpc/auth.login', credentials, headers)
    if (status !== 200) return
    const mine = cookies.map((line) => line.split(';')[0]).join('; ')
    await post('/trpc/auth.refresh', {}, { origin: url, cookie: mine })
    if (randomInt(2) === 0) await post('/trpc/auth.logout', {}, { origin: url, cookie: mine })
    // A private window forgets, and is a new device the next time.
    if (randomInt(2) === 0) browsers.set(username, mine)
    else browsers.delete(username)
  }

  /** Looks at the sessions page, and leaves it at any moment. */
  async function watch(): Promise<void> {
    const username = pick(usernames)
    const { status, text } = await postForm('/token', { username, password: passwordOf(username) })
    if (status !== 200) return
    const headers = bearer(JSON.parse(text).access_token)
    const signal = AbortSignal.timeout(1 + randomInt(100))
    try {
      await (await fetch(`${url}/trpc/sessions.changes`, { headers, signal })).text()
    } catch {
      // It was left.
    }
  }

  async function mistype(): Promise<void> {
    const isSomebody = randomInt(2) === 0
    const username = isSomebody ? pick(usernames) : `nobody-${randomBytes(6).toString('hex')}`
    await postForm('/token', { username, password: 'wrong' })
  }

  async function comeAndGo(): Promise<void> {
    const username = `guest-${randomBytes(6).toString('hex')}`
    const password = passwordOf(username)
    const { status, text } = await post('/trpc/auth.register', { username, password })
    if (status !== 200) return
    const { access_token } = JSON.parse(text).result.data
    await post('/trpc/account.delete', { current_password: password }, bearer(access_token))
  }

  const deeds = [
    watch,
    useProgram,
    useProgram,
    useProgram,
    useBrowser,
    useBrowser,
    mistype,
    mistype,
    comeAndGo,
  ]

  async function settle(): Promise<void> {
    for (const username of usernames) {
      await post('/trpc/auth.register', { username, password: passwordOf(username) })
    }
  }

  async function line(): Promise<void> {
    while (running) {
      await pick(deeds)()
      done += 1
    }
  }

  const lines = settle().then(() => Promise.all(Array.from({ length: atOnce }, line)))
  return {
    async end() {
      running = false
      await lines
      const answers = [
        countOf((status) => status < 300),
        ...[401, 403, 429, 503].map((meant) => countOf((status) => status === meant)),
      ]
      return {
        done,
        faults: countOf((status) => status >= 500 && status !== 503),
        answers: answers.map((n) => n.toLocaleString('en')).join(', '),
      }
    },
  }
}

function pick<Value>(values: readonly Value[]): Value {
  const value = values[randomInt(values.length)]
  if (value === undefined) throw new Error('there is nothing to pick from')
  return value
}
