// POST /register: the registration form without scripts.

import fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { productName, registerHeading } from '../../contract/brand.ts'
import { escapeHtml } from '../../contract/escape-html.ts'
import { pageTexts } from '../../contract/pages/page-texts.ts'
import { registerSlotMarks } from '../../contract/pages/register-slots.ts'
import { homePath } from '../../contract/pages.ts'
import type { Services } from '../../services.ts'
import { openTestApp, type TestApp } from '../../testing/test-app.ts'
import { registerForm } from './register-form.ts'
import { createRegisterPage } from './register-page.ts'

/** Every slot of the page, one a line, so that the tests need no built client. */
const template = Object.entries(registerSlotMarks)
  .map(([name, mark]) => `<p id="${name}">${mark}</p>`)
  .join('\n')

async function openForm(services: Services): Promise<FastifyInstance> {
  const app = fastify()
  await registerForm(app, services, {
    pagesFor: () => ({ texts: pageTexts, registerPage: createRegisterPage(template) }),
  })
  return app
}

let keycard: TestApp
let app: FastifyInstance
beforeAll(async () => {
  keycard = await openTestApp({ env: { COOKIE_SECURE: 'on' } })
  app = await openForm(keycard.services)
})
afterAll(async () => {
  await app.close()
  await keycard.close()
})

const password = 'seven quiet harbours at dawn'
const ownPage = { 'sec-fetch-site': 'same-origin' }

function submit(
  fields: Record<string, string>,
  headers: Record<string, string> = ownPage,
  transport = app,
) {
  return transport.inject({
    method: 'POST',
    url: '/register',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: new URLSearchParams(fields).toString(),
  })
}

type Answer = Awaited<ReturnType<typeof submit>>

/** The content of a slot, with its escapes. */
const slot = ({ body }: Answer, name: string) =>
  new RegExp(`<p id="${name}">(.*)</p>`).exec(body)?.[1]

test('R18: 303 to next, signed in, with the cookies of a browser', async () => {
  const answer = await submit({ username: 'ada', email: '', password, next: '/account?a=b' })
  expect([answer.statusCode, answer.headers.location]).toEqual([303, '/account?a=b'])
  expect(answer.headers['set-cookie']).toEqual([
    expect.stringMatching(/^__Host-keycard=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Strict$/),
    expect.stringMatching(/^__Host-keycard-device=/),
  ])
  expect(await keycard.services.users.findByLogin('ada')).toMatchObject({ email: null })
})

test.each(['https://evil.example', '//evil.example', '/register', '/login', '/a/..//evil'])(
  'R75: a hostile next (%j) goes to the app’s first page',
  async (next) => {
    const username = `guest-${next.length}`
    const answer = await submit({ username, password, next })
    expect(answer.headers.location).toBe(homePath)
  },
)

describe('the page again', () => {
  test('27. each field says how to correct it; what was typed stays, except the password', async () => {
    const answer = await submit({
      username: 'a b',
      email: 'nope',
      password: 'geheim',
      next: '/account',
    })
    expect(answer.statusCode).toBe(422)
    expect(slot(answer, 'title')).toBe(escapeHtml(`Error: ${registerHeading} · ${productName}`))
    expect(slot(answer, 'message')).toBe('Correct the fields marked below.')
    for (const [field, note] of [
      ['username', /^Username must contain only the letters a to z/],
      ['email', /^Email must be an email address such as name@example\.com\.$/],
      ['password', /^Password must have at least 15 characters: a few unrelated words/],
    ] as const) {
      expect(slot(answer, `${field}Invalid`)).toBe('true')
      expect(slot(answer, `${field}Note`)).toMatch(note)
    }
    expect([slot(answer, 'username'), slot(answer, 'email')]).toEqual(['a b', 'nope'])
    expect(slot(answer, 'next')).toBe('/account')
    expect(slot(answer, 'otherPage')).toBe('/login?next=%2Faccount')
    expect(answer.body).not.toContain('geheim')
    expect(answer.headers['set-cookie']).toBeUndefined()
  })

  test('a name that is taken is reported at its field, and the others keep their hints', async () => {
    const answer = await submit({ username: 'JOHNDOE', password })
    expect(answer.statusCode).toBe(409)
    expect(slot(answer, 'usernameNote')).toBe('Username is taken: choose another one.')
    expect(slot(answer, 'emailInvalid')).toBe('false')
    expect(slot(answer, 'emailNote')).toBe('Optional. You can sign in with it too.')
  })

  test('an empty form lists what is missing', async () => {
    const answer = await submit({})
    expect(answer.statusCode).toBe(422)
    expect(slot(answer, 'usernameInvalid')).toBe('true')
    expect(slot(answer, 'passwordInvalid')).toBe('true')
  })

  test('typed text cannot become markup, or a slot', async () => {
    const username = `"><script>alert(1)</script>${registerSlotMarks.next}`
    const answer = await submit({ username, password, email: "'><b>" })
    expect(slot(answer, 'username')).toBe(
      `&#34;&#62;&#60;script&#62;alert(1)&#60;/script&#62;${registerSlotMarks.next}`,
    )
    expect(answer.body).not.toMatch(/<script|<b>|"></)
  })

  test.each([
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['another Origin', { origin: 'https://evil.example' }],
    ['no browser at all', {}],
  ])('R70, R71: from %s it is 403, and no account is made', async (_name, headers) => {
    const answer = await submit({ username: 'mallory', password }, headers as typeof ownPage)
    expect(answer.statusCode).toBe(403)
    expect(slot(answer, 'message')).toBe('That didn’t work. Reload the page and try again.')
    expect(await keycard.services.users.findByLogin('mallory')).toBeUndefined()
  })

  test('with REGISTRATION=off it says so', async () => {
    const closed = await openTestApp({ env: { REGISTRATION: 'off' } })
    const transport = await openForm(closed.services)
    const answer = await submit({ username: 'dora', password }, ownPage, transport)
    expect(answer.statusCode).toBe(403)
    expect(slot(answer, 'state')).toBe('closed')
    expect(slot(answer, 'message')).toMatch(/^Registration is closed/)
    await transport.close()
    await closed.close()
  })
})

test('28. the well-known address leads to where the password is changed', async () => {
  for (const headers of [{}, { accept: 'text/html' }]) {
    const answer = await keycard.app.inject({ url: '/.well-known/change-password', headers })
    expect([answer.statusCode, answer.headers.location]).toEqual([302, '/account#password'])
  }
})
