// Too many guesses, wherever a password is checked: one budget, and each surface's own format.

import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest'
import { threadsDefault } from '../auth/passwords/passwords.ts'
import { forgiveFailures } from '../testing/forgive-failures.ts'
import { openTestApp, type TestApp } from '../testing/test-app.ts'
import { createTestClock } from '../testing/test-clock.ts'

const clock = createTestClock()
let keycard: TestApp
beforeAll(async () => {
  // The answer to many at once depends on how long a hash takes.
  keycard = await openTestApp({ clock, bcryptCost: 10 })
})
afterEach(() => forgiveFailures(keycard.services))
afterAll(() => keycard.close())

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const sameOrigin = { 'sec-fetch-site': 'same-origin' }
const wrong = { username: 'johndoe', password: 'wrong' }

const endpoints = {
  '/token': (fields: Record<string, string> = wrong) =>
    keycard.app.inject({
      method: 'POST',
      url: '/token',
      headers: form,
      payload: new URLSearchParams(fields).toString(),
    }),
  'auth.login': (fields: Record<string, string> = wrong) =>
    keycard.app.inject({
      method: 'POST',
      url: '/trpc/auth.login',
      headers: { ...sameOrigin, 'content-type': 'application/json' },
      payload: JSON.stringify(fields),
    }),
  'POST /login': (fields: Record<string, string> = wrong) =>
    keycard.app.inject({
      method: 'POST',
      url: '/login',
      headers: { ...sameOrigin, ...form },
      payload: new URLSearchParams(fields).toString(),
    }),
}

/** By all endpoints in turn. */
async function fail(times: number, username = 'johndoe'): Promise<void> {
  const ways = Object.values(endpoints)
  for (let count = 0; count < times; count++) {
    const answer = await ways[count % ways.length]?.({ username, password: 'wrong' })
    expect(answer?.statusCode).not.toBe(429)
  }
}

describe('R100, R106: after five failures over all endpoints together', () => {
  test('/token says slow_down and when to try again', async () => {
    await fail(5)
    const answer = await endpoints['/token']()
    expect(answer.statusCode).toBe(429)
    expect(answer.headers['retry-after']).toBe('1')
    expect(answer.headers['www-authenticate']).toBeUndefined()
    const detail = 'Too many attempts; try again in 1 s'
    expect(answer.json()).toEqual({ error: 'slow_down', error_description: detail, detail })
  })

  test('auth.login says so in its typed error', async () => {
    await fail(5)
    const answer = await endpoints['auth.login']()
    expect(answer.statusCode).toBe(429)
    expect(answer.json()).toMatchObject({
      error: { data: { code: 'TOO_MANY_REQUESTS', reason: 'too_many_requests', retry_after: 1 } },
    })
  })

  test('the form shows the page again, with the wait in words', async () => {
    await fail(5)
    const answer = await endpoints['POST /login']()
    expect(answer.statusCode).toBe(429)
    expect(answer.headers['retry-after']).toBe('1')
    expect(answer.body).toContain('Too many attempts. You can try again in 1 second.')
  })

  test.each(Object.keys(endpoints) as (keyof typeof endpoints)[])(
    '%s does not check the password, not even the right one',
    async (endpoint) => {
      await fail(5)
      const before = keycard.services.passwords.stats().completed
      const answer = await endpoints[endpoint]({ username: 'johndoe', password: 'secret' })
      expect(answer.statusCode).toBe(429)
      expect(keycard.services.passwords.stats().completed).toBe(before)
      clock.advance(1_000)
      expect([200, 303]).toContain(
        (await endpoints[endpoint]({ username: 'johndoe', password: 'secret' })).statusCode,
      )
    },
  )

  test('a disabled account and one that does not exist get the same answer to the byte', async () => {
    const answers = []
    for (const username of ['johndoe', 'alice', 'nobody-at-all']) {
      await fail(5, username)
      const { statusCode, headers, body } = await endpoints['/token']({
        username,
        password: 'wrong',
      })
      const { date: _date, 'x-request-id': _id, ...rest } = headers
      answers.push({ statusCode, headers: rest, body })
    }
    expect(answers[1]).toEqual(answers[0])
    expect(answers[2]).toEqual(answers[0])
  })
})

test('R102: username and email address share one budget', async () => {
  await fail(3, 'johndoe')
  await fail(2, 'JohnDoe@example.com')
  expect((await endpoints['/token']()).statusCode).toBe(429)
})

test('R80: a batch counts its calls, not its requests', async () => {
  const answer = await keycard.app.inject({
    method: 'POST',
    url: `/trpc/${Array(10).fill('auth.login').join()}?batch=1`,
    headers: { ...sameOrigin, 'content-type': 'application/json' },
    payload: JSON.stringify(Object.fromEntries(Array(10).fill(wrong).entries())),
  })
  const statuses = answer
    .json<{ error: { data: { httpStatus: number } } }[]>()
    .map(({ error }) => error.data.httpStatus)
  expect(statuses.filter((status) => status === 401)).toHaveLength(5)
  // On a slow machine some still wait for their turn after five seconds.
  expect(statuses.filter((status) => status === 429 || status === 503)).toHaveLength(5)
})

test('an address that fails too often is refused for every account', async () => {
  const strict = await openTestApp({ clock, env: { SIGN_IN_FAILURES_PER_ADDRESS: '3' } })
  try {
    const signIn = (username: string, password: string) =>
      strict.app.inject({
        method: 'POST',
        url: '/token',
        headers: form,
        payload: new URLSearchParams({ username, password }).toString(),
      })
    for (const username of ['a-1', 'a-2', 'a-3']) {
      expect((await signIn(username, 'wrong')).statusCode).toBe(401)
    }
    const refused = await signIn('johndoe', 'secret')
    expect(refused.statusCode).toBe(429)
    expect(refused.headers['retry-after']).toBe('600')
  } finally {
    await strict.close()
  }
})

test('R103: the address is the socket’s, or the right-most hop that is not a listed proxy', async () => {
  const env = { SIGN_IN_FAILURES_PER_ADDRESS: '1', TRUSTED_PROXIES: '10.0.0.0/8' }
  const proxied = await openTestApp({ clock, env })
  let names = 0
  const statusFrom = async (remoteAddress: string, forwardedFor: string) => {
    const answer = await proxied.app.inject({
      method: 'POST',
      url: '/token',
      remoteAddress,
      headers: { ...form, 'x-forwarded-for': forwardedFor },
      payload: `username=nobody-${names++}&password=wrong`,
    })
    return answer.statusCode
  }
  try {
    expect(await statusFrom('10.0.0.1', '198.51.100.7, 192.0.2.1')).toBe(401)
    // What stands further left was written by the client.
    expect(await statusFrom('10.0.0.1', '203.0.113.9, 192.0.2.1, 10.0.0.2')).toBe(429)
    expect(await statusFrom('10.0.0.1', '192.0.2.2')).toBe(401)
    // A peer that is not one of our proxies can name no address but its own.
    expect(await statusFrom('192.0.2.3', '198.51.100.8')).toBe(401)
    expect(await statusFrom('192.0.2.3', '198.51.100.9')).toBe(429)
  } finally {
    await proxied.close()
  }
})

test('an owner on a known device does not wait behind strangers who fill the hash queue', async () => {
  const { passwords } = keycard.services
  const signIn = (cookie = '') =>
    keycard.app.inject({
      method: 'POST',
      url: '/trpc/auth.login',
      headers: { ...sameOrigin, cookie, 'content-type': 'application/json' },
      payload: JSON.stringify({ username: 'johndoe', password: 'secret' }),
    })
  const cookies = (await signIn()).cookies.map(({ name, value }) => `${name}=${value}`)
  const device = cookies.find((cookie) => cookie.startsWith('keycard-device='))
  expect(device).toBeDefined()

  // Every place stays taken until all have arrived.
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const places = threadsDefault + 1
  const taken = Array.from({ length: places }, () => passwords.takeTurn({}, () => opened))
  onTestFinished(open)
  /** Every sign-in has arrived and waits, or was refused because the queue is full. */
  const countArrived = () => passwords.stats().waiting + passwords.stats().refused
  const refusedBefore = passwords.stats().refused
  const looked: string[] = []
  const strangers = Array.from({ length: 80 }, async (_unused, index) => {
    const { statusCode } = await endpoints['/token']({
      username: `nobody-${index}`,
      password: 'wrong',
    })
    if (statusCode === 401) looked.push('stranger')
    return statusCode
  })
  const arrived = refusedBefore + strangers.length
  await expect.poll(countArrived, { interval: 1 }).toBe(arrived)
  const owner = signIn(device).then(({ statusCode }) => {
    looked.push('owner')
    return statusCode
  })
  await expect.poll(countArrived, { interval: 1 }).toBeGreaterThan(arrived)
  open()
  expect(await owner).toBe(200)
  const statuses = await Promise.all(strangers)
  await Promise.all(taken)
  // First come, first served would have made it the last.
  expect(looked.indexOf('owner')).toBeLessThan(looked.length - 1)
  expect(new Set(statuses)).toEqual(new Set([401, 503]))
})

test('R108: where attempts cannot be counted, no password is checked', async () => {
  const broken = await openTestApp()
  try {
    await broken.services.database.kysely.schema.dropTable('throttle_counters').execute()
    const before = broken.services.passwords.stats().completed
    const answer = await broken.app.inject({
      method: 'POST',
      url: '/token',
      headers: form,
      payload: 'username=johndoe&password=secret',
    })
    expect(answer.statusCode).toBeGreaterThanOrEqual(500)
    expect(broken.services.passwords.stats().completed).toBe(before)
  } finally {
    await broken.close()
  }
})

test('R100: on a known device owners prove who they are while strangers guess at their account', async () => {
  const signIn = await endpoints['auth.login']({ username: 'johndoe', password: 'secret' })
  const authorization = `Bearer ${signIn.json().result.data.access_token}`
  const cookie = String(
    [signIn.headers['set-cookie']].flat().find((one) => /device/.test(one ?? '')),
  )
  const changePassword = (headers: Record<string, string>) =>
    keycard.app.inject({
      method: 'POST',
      url: '/trpc/account.changePassword',
      headers: { 'content-type': 'application/json', authorization, ...headers },
      payload: JSON.stringify({
        current_password: 'secret',
        new_password: 'nine green pears of another dog',
      }),
    })
  const known = { cookie: cookie.split(';')[0] ?? '' }
  await fail(5)
  // R70: the cookie counts where one of our pages sent it, and nowhere else.
  const elsewhere = [{}, { 'sec-fetch-site': 'cross-site' }, { origin: 'https://evil.example' }]
  for (const headers of [sameOrigin, ...elsewhere.map((site) => ({ ...known, ...site }))]) {
    expect((await changePassword(headers)).statusCode).toBe(429)
  }
  expect((await changePassword({ ...known, ...sameOrigin })).statusCode).toBe(200)
})

describe('R95: while the queue of sign-ins is full', () => {
  test('another one gets a time to try again, and no failure is counted', async () => {
    const { passwords, loginThrottle } = keycard.services
    const waiting: Promise<unknown>[] = []
    // More than any machine has threads and places.
    while (waiting.length < 80) waiting.push(passwords.verify('wrong', undefined).catch(() => {}))
    const admit = vi.spyOn(loginThrottle, 'admit')
    const answer = await endpoints['/token']({ username: 'johndoe', password: 'secret' })
    expect(answer.statusCode).toBe(503)
    // As long as the queue needs, which waits five seconds at most.
    expect(answer.headers['retry-after']).toMatch(/^[1-5]$/)
    expect(admit).not.toHaveBeenCalled()
    admit.mockRestore()
    await Promise.all(waiting)
  })
})

/** The state of an account that strangers have guessed at until it was blocked. */
async function closeAccount(userId: string): Promise<void> {
  const { kysely } = keycard.services.database
  const nowMs = clock.now()
  await kysely
    .insertInto('throttle_counters')
    .values({
      key: `account:${userId}`,
      failures: 80,
      closed_until_ms: nowMs,
      expires_at_ms: nowMs + 1e9,
    })
    .execute()
}

let accountsMade = 0

async function makeAccount() {
  const username = `owner-${++accountsMade}`
  const password = 'five plain words and lamps'
  const { id } = await keycard.services.accounts.create({ username, password })
  const signIn = (where: { from: string; cookie?: string; password?: string }) =>
    keycard.app.inject({
      method: 'POST',
      url: '/trpc/auth.login',
      remoteAddress: where.from,
      headers: {
        ...sameOrigin,
        'content-type': 'application/json',
        ...(where.cookie !== undefined && { cookie: where.cookie }),
      },
      payload: JSON.stringify({ username, password: where.password ?? password }),
    })
  const getToken = async (remoteAddress: string, withPassword = password) => {
    const answer = await keycard.app.inject({
      method: 'POST',
      url: '/token',
      remoteAddress,
      headers: form,
      payload: new URLSearchParams({ username, password: withPassword }).toString(),
    })
    return answer.statusCode
  }
  return { id, username, password, signIn, getToken }
}

describe('a program at /token that has signed in to the account from its address', () => {
  test('gets in while strangers elsewhere have blocked the account, and unblocks it', async () => {
    const { id, getToken } = await makeAccount()
    expect(await getToken('203.0.113.5')).toBe(200)
    await closeAccount(id)
    expect(await getToken('198.51.100.1')).toBe(429)
    expect(await getToken('203.0.113.5')).toBe(200)
    expect(await getToken('198.51.100.1')).toBe(200)
  })

  test('gets in while its neighbours have used up the failures of its address', async () => {
    const strict = await openTestApp({ clock, env: { SIGN_IN_FAILURES_PER_ADDRESS: '2' } })
    const statusOf = async (username: string, password: string) => {
      const payload = new URLSearchParams({ username, password }).toString()
      const request = { method: 'POST', url: '/token', headers: form, payload } as const
      return (await strict.app.inject({ ...request, remoteAddress: '203.0.113.6' })).statusCode
    }
    try {
      expect(await statusOf('johndoe', 'secret')).toBe(200)
      for (const name of ['nobody-1', 'nobody-2']) expect(await statusOf(name, 'wrong')).toBe(401)
      expect(await statusOf('admin', 'admin-secret')).toBe(429)
      expect(await statusOf('johndoe', 'secret')).toBe(200)
    } finally {
      await strict.close()
    }
  })

  test('waits where it never signed in: it counts as a stranger', async () => {
    const { id, getToken } = await makeAccount()
    await closeAccount(id)
    expect(await getToken('203.0.113.5')).toBe(429)
  })
})

describe('an attacker with a thousand device cookies of one account', () => {
  async function setUp() {
    const account = await makeAccount()
    const { database, deviceTokens } = keycard.services
    const nowMs = clock.now()
    const ids = Array.from({ length: 1_000 }, (_unused, index) => `${index}`.padStart(22, 'd'))
    await database.kysely
      .insertInto('known_devices')
      .values(
        ids.map((device_id) => ({
          user_id: account.id,
          device_id,
          created_at_ms: nowMs,
          last_used_at_ms: nowMs,
        })),
      )
      .execute()
    const cookies = ids.map((id) => `keycard-device=${deviceTokens.make(id)}`)
    /**
     * Uses that many cookies in turn, each from another address; returns how many passwords were
     * checked.
     */
    const guess = async (times: number) => {
      let looked = 0
      for (const [index, cookie] of cookies.slice(0, times).entries()) {
        const from = `198.51.${index >> 8}.${index & 255}`
        const { statusCode } = await account.signIn({ from, cookie, password: 'wrong' })
        if (statusCode === 401) looked += 1
      }
      return looked
    }
    return { ...account, guess }
  }

  test('gets the ten failures that all cookies share, and then those of strangers', async () => {
    const { guess } = await setUp()
    expect(await guess(40)).toBe(15)
  })

  test('gets those of strangers after a change of the password, in which the browser that made it stays known', async () => {
    const { id, password, guess, signIn } = await setUp()
    const signedIn = await signIn({ from: '203.0.113.7' })
    const cookies = signedIn.cookies.map(({ name, value }) => `${name}=${value}`)
    const cookie = cookies.find((one) => one.startsWith('keycard-device=')) ?? ''
    const changed = await keycard.app.inject({
      method: 'POST',
      url: '/trpc/account.changePassword',
      headers: {
        ...sameOrigin,
        'content-type': 'application/json',
        authorization: `Bearer ${signedIn.json().result.data.access_token}`,
        cookie,
      },
      payload: JSON.stringify({
        current_password: password,
        new_password: 'six other words by the sea',
      }),
    })
    expect(changed.statusCode).toBe(200)
    expect(await guess(40)).toBe(5)
    await forgiveFailures(keycard.services)
    await closeAccount(id)
    const new_password = 'six other words by the sea'
    expect((await signIn({ from: '203.0.113.8', password: new_password })).statusCode).toBe(429)
    const owner = await signIn({ from: '203.0.113.8', cookie, password: new_password })
    expect(owner.statusCode).toBe(200)
  })
})
