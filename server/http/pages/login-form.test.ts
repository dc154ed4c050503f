// POST /login: the sign-in form without scripts.

import fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { productName, signInHeading } from '../../contract/brand.ts'
import { escapeHtml } from '../../contract/escape-html.ts'
import { pageTexts } from '../../contract/pages/page-texts.ts'
import { slotMarks } from '../../contract/pages/sign-in-slots.ts'
import { homePath } from '../../contract/pages.ts'
import { openTestApp, type TestApp } from '../../testing/test-app.ts'
import { loginForm } from './login-form.ts'
import { createLoginPage } from './login-page.ts'

/** Every slot of the page, one a line, so that the tests need no built client. */
const template = Object.entries(slotMarks)
  .map(([name, mark]) => `<p id="${name}">${mark}</p>`)
  .join('\n')

let keycard: TestApp
let app: FastifyInstance
beforeAll(async () => {
  keycard = await openTestApp({ env: { COOKIE_SECURE: 'on' } })
  app = fastify()
  await loginForm(app, keycard.services, {
    pagesFor: () => ({ texts: pageTexts, loginPage: createLoginPage(template) }),
  })
})
afterAll(async () => {
  await app.close()
  await keycard.close()
})

const johndoe = { username: 'johndoe', password: 'secret' }
const ownPage = { 'sec-fetch-site': 'same-origin' }

function submit(
  fields: Record<string, string> | string,
  headers: Record<string, string> = ownPage,
) {
  return app.inject({
    method: 'POST',
    url: '/login',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: typeof fields === 'string' ? fields : new URLSearchParams(fields).toString(),
  })
}

type Answer = Awaited<ReturnType<typeof submit>>

/** The content of a slot, with its escapes. */
const slot = ({ body }: Answer, name: string) =>
  new RegExp(`<p id="${name}">(.*)</p>`).exec(body)?.[1]

function expectPage(answer: Answer, status: number, state: string, message: RegExp): void {
  expect(slot(answer, 'state')).toBe(state)
  expect(slot(answer, 'message')).toMatch(message)
  expect(answer.statusCode).toBe(status)
  expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
  expect(answer.headers['set-cookie']).toBeUndefined()
}

describe('with the right password', () => {
  test('R18: 303 to next, with the cookie of a browser session', async () => {
    const answer = await submit({ ...johndoe, next: '/account' })
    expect(answer.statusCode).toBe(303)
    expect(answer.headers.location).toBe('/account')
    expect(answer.headers['set-cookie']).toEqual([
      expect.stringMatching(
        /^__Host-keycard=[\w-]{22}\.[\w-]{22}\.0\.[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Strict$/,
      ),
      expect.stringMatching(/^__Host-keycard-device=.*; Max-Age=34560000; .*; HttpOnly; Secure;/),
    ])
    expect(answer.body).toBe('')
  })

  test('R57: a ticked box makes the cookie last 14 days', async () => {
    const answer = await submit({ ...johndoe, remember_me: 'on' })
    const [line] = [answer.headers['set-cookie'] ?? []].flat()
    expect(line).toMatch(/^__Host-keycard=[^;]+; Max-Age=1209600; Path=/)
  })

  test('the cookie is a session that auth.refresh continues', async () => {
    const answer = await submit(johndoe)
    const refreshed = await keycard.app.inject({
      method: 'POST',
      url: '/trpc/auth.refresh',
      headers: {
        ...ownPage,
        'content-type': 'application/json',
        cookie: String(answer.headers['set-cookie']).split(';')[0] ?? '',
      },
      payload: '{}',
    })
    expect(refreshed.statusCode).toBe(200)
  })

  test('without next it goes to the app’s first page', async () => {
    expect((await submit(johndoe)).headers.location).toBe(homePath)
  })

  test.each([
    'https://evil.example',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    '/%2Fevil.example',
    '/%5Cevil.example',
    '/a/..//evil.example',
    '/\t/evil.example',
    'javascript:alert(1)',
    '/account\r\nSet-Cookie: a=b',
    '/login',
    ' /account',
    '/'.repeat(3_000),
  ])('R75: a hostile next (%j) goes to the app’s first page', async (next) => {
    const answer = await submit({ ...johndoe, next })
    expect(answer.statusCode).toBe(303)
    expect(answer.headers.location).toBe(homePath)
  })

  test('an old browser that sends only Origin may sign in', async () => {
    const answer = await submit(johndoe, { origin: 'http://localhost:3000' })
    expect(answer.statusCode).toBe(303)
  })
})

describe('with the wrong password', () => {
  const wrong = /^Incorrect username, email or password\.$/

  test('401: the page again, with the username and next filled in, and the password empty', async () => {
    const answer = await submit({ username: 'johndoe', password: 'geheim', next: '/account' })
    expectPage(answer, 401, 'error', wrong)
    expect(slot(answer, 'username')).toBe('johndoe')
    expect(slot(answer, 'next')).toBe('/account')
    expect(slot(answer, 'title')).toBe(escapeHtml(`Error: ${signInHeading} · ${productName}`))
    expect(answer.body).not.toContain('geheim')
  })

  test('R109: an unknown and a disabled user get the same page', async () => {
    const pageFor = async (username: string, password: string) => {
      const answer = await submit({ username, password })
      expectPage(answer, 401, 'error', wrong)
      return answer.body.replaceAll(username, 'somebody')
    }
    const page = await pageFor('johndoe', 'wrong')
    expect(await pageFor('nobody', 'secret')).toBe(page)
    expect(await pageFor('alice', 'secret2')).toBe(page)
  })

  test('a username cannot become markup, or a slot', async () => {
    const username = `"><script>alert(1)</script>&'${slotMarks.next}`
    const answer = await submit({ username, password: 'x', next: '/account?"><b>' })
    expectPage(answer, 401, 'error', wrong)
    expect(slot(answer, 'username')).toBe(
      `&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;&#38;&#39;${slotMarks.next}`,
    )
    expect(answer.body).not.toMatch(/<script|<b>|"></)
  })

  test('R75: a hostile next is not even shown', async () => {
    const answer = await submit({ username: 'a', password: 'b', next: '//evil.example' })
    expect(slot(answer, 'next')).toBe(homePath)
    expect(answer.body).not.toContain('evil')
  })
})

describe('a malformed sign-in', () => {
  test.each([
    {},
    { username: 'johndoe' },
    { password: 'secret' },
    { username: 'johndoe', password: '' },
    { username: '', password: 'secret' },
  ])('%j: 422, and the page says what is missing', async (fields) => {
    const answer = await submit(fields)
    expectPage(answer, 422, 'error', /^Enter your username and password\.$/)
    expect(slot(answer, 'username')).toBe('username' in fields ? fields.username : '')
  })

  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another port', { 'sec-fetch-site': 'same-site' }],
    ['another Origin', { origin: 'https://evil.example' }],
    ['Origin: null', { origin: 'null' }],
    ['no browser at all', {}],
  ])('R70, R71: %s is 403, and plants no cookie', async (_name, headers) => {
    const answer = await submit(johndoe, headers as Record<string, string>)
    expectPage(answer, 403, 'error', /^This sign-in was refused\./)
  })

  test('a page that is open at another address than PUBLIC_URL names both addresses, and that setting', async () => {
    const answer = await submit(johndoe, {
      origin: 'http://keycard.lan:3000',
      host: 'keycard.lan:3000',
    })
    expectPage(
      answer,
      403,
      'fault',
      new RegExp(
        `^This page is open at http://keycard\\.lan:3000, but ${escapeHtml(productName)}’s address is http://localhost:3000\\. .* PUBLIC_URL `,
      ),
    )
  })

  test.each<[string, string, number]>([
    ['a field twice', 'username=a&username=b&password=c', 400],
    ['bad percent-encoding', 'username=a&password=%zz', 400],
    ['bad UTF-8', 'username=a&password=%FF', 400],
    ['more than 16 KiB', `username=a&password=${'x'.repeat(17_000)}`, 413],
  ])('%s is %3$i, as a page', async (_name, body, status) => {
    expectPage(await submit(body), status, 'error', /^This sign-in was refused\./)
  })

  test.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x'])(
    '%s is 415, as a page',
    async (type) => {
      const answer = await submit('{"username":"a"}', { ...ownPage, 'content-type': type })
      expectPage(answer, 415, 'error', /^This sign-in was refused\./)
    },
  )

  test('R20: with PASSWORD_GRANT=off the page says that password sign-in is off', async () => {
    const closed = await openTestApp({ env: { PASSWORD_GRANT: 'off' } })
    const transport = fastify()
    await loginForm(transport, closed.services, {
      pagesFor: () => ({ texts: pageTexts, loginPage: createLoginPage(template) }),
    })
    const answer = await transport.inject({
      method: 'POST',
      url: '/login',
      headers: { ...ownPage, 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams(johndoe).toString(),
    })
    expectPage(answer, 400, 'error', /^Password sign-in is turned off\.$/)
    await transport.close()
    await closed.close()
  })

  test('says so where no pages are built', async () => {
    const bare = fastify()
    await loginForm(bare, keycard.services, undefined)
    const answer = await bare.inject({
      method: 'POST',
      url: '/login',
      headers: { ...ownPage, 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'username=a&password=b',
    })
    expect(answer.statusCode).toBe(503)
    expect(answer.body).toContain('npm run build')
    await bare.close()
  })
})
