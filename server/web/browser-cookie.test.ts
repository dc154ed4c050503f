// The names of the cookies, and whether they are Secure: both follow from PUBLIC_URL.

import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../app.ts'
import { readConfig } from '../config.ts'
import { openTestApp, type TestApp } from '../testing/test-app.ts'

let keycard: TestApp
beforeAll(async () => {
  keycard = await openTestApp()
})
afterAll(() => keycard.close())

/** The same services behind other settings. */
async function openWith(env: Record<string, string>): Promise<FastifyInstance> {
  const { publicUrl, cookieSecure } = readConfig(env)
  const { services } = keycard
  return createApp({ ...services, config: { ...services.config, publicUrl, cookieSecure } })
}

function call(app: FastifyInstance, name: string, cookie = '') {
  return app.inject({
    method: 'POST',
    url: `/trpc/${name}`,
    headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', cookie },
    payload: JSON.stringify({ username: 'johndoe', password: 'secret' }),
  })
}

type Answer = Awaited<ReturnType<typeof call>>

const cookieLines = (answer: Answer): string[] => [answer.headers['set-cookie'] ?? []].flat()

/** The name=value pairs that a browser would send back. */
const pairsOf = (answer: Answer) => cookieLines(answer).map((line) => line.split(';', 1)[0] ?? '')

const secure = [
  expect.stringMatching(/^__Host-keycard-device=[^;]+; .*; HttpOnly; Secure; SameSite=Strict$/),
  expect.stringMatching(/^__Host-keycard=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Strict$/),
]
const plain = [
  expect.stringMatching(/^keycard-device=[^;]+; Max-Age=34560000; Path=\/; HttpOnly; SameSite=/),
  expect.stringMatching(/^keycard=[^;]+; Path=\/; HttpOnly; SameSite=Strict$/),
]
const https = { PUBLIC_URL: 'https://login.example', DEMO_ACCOUNTS: 'on' }

describe('R68: what is set at a sign-in', () => {
  test.each<[string, Record<string, string>, unknown[]]>([
    ['at an http address: plain, which every browser keeps there', {}, plain],
    ['at an http address of a network', { PUBLIC_URL: 'http://192.0.2.2:3000' }, plain],
    ['at an https address: __Host- and Secure', https, secure],
    ['at an http address with COOKIE_SECURE=on', { COOKIE_SECURE: 'on' }, secure],
    ['at an https address with COOKIE_SECURE=off', { ...https, COOKIE_SECURE: 'off' }, plain],
  ])('%s', async (_name, env, expected) => {
    const app = await openWith(env)
    expect(cookieLines(await call(app, 'auth.login'))).toEqual(expected)
    await app.close()
  })
})

describe('a Secure cookie that an earlier version set at an http address', () => {
  /** As that version left it in the browser. */
  async function signInEarlier(): Promise<string> {
    const pairs = pairsOf(await call(keycard.app, 'auth.login'))
    return pairs.map((pair) => `__Host-${pair}`).join('; ')
  }

  const deletion = /^__Host-keycard=; Max-Age=0; Path=\/; .*; HttpOnly; Secure; SameSite=Strict$/

  test('keeps the user signed in: it is read, and replaced by a plain one', async () => {
    const refreshed = await call(keycard.app, 'auth.refresh', await signInEarlier())
    expect(refreshed.statusCode).toBe(200)
    expect(cookieLines(refreshed)).toEqual([plain[1], expect.stringMatching(deletion)])
    const [renewed] = pairsOf(refreshed)
    expect((await call(keycard.app, 'auth.refresh', renewed)).statusCode).toBe(200)
  })

  test('identifies a known device', async () => {
    const known = pairsOf(await call(keycard.app, 'auth.login', await signInEarlier()))
    const device = known.find((pair) => pair.startsWith('keycard-device='))
    const again = await call(keycard.app, 'auth.login', device)
    expect(pairsOf(again)).toContain(device)
  })

  test('gives way to a plain one', async () => {
    const pairs = pairsOf(await call(keycard.app, 'auth.login'))
    const both = [...pairs, '__Host-keycard=older'].join('; ')
    expect((await call(keycard.app, 'auth.refresh', both)).statusCode).toBe(200)
  })

  test('R76: is removed with the plain one at sign-out', async () => {
    const answer = await call(keycard.app, 'auth.logout', await signInEarlier())
    expect(answer.statusCode).toBe(200)
    expect(cookieLines(answer)).toEqual([
      expect.stringMatching(/^keycard=; Max-Age=0;/),
      expect.stringMatching(deletion),
    ])
  })
})

test('R71: at an https address a plain cookie, which another port may have set, is not read', async () => {
  const app = await openWith(https)
  const [, session = ''] = pairsOf(await call(app, 'auth.login'))
  const planted = session.replace('__Host-', '')
  expect((await call(app, 'auth.refresh', planted)).statusCode).toBe(401)
  expect((await call(app, 'auth.refresh', session)).statusCode).toBe(200)
  await app.close()
})
