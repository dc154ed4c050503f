// The pages of a forgotten password and of mail links: what they answer, to people and to scanners of mail.

import fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { lookUpWithinMs } from '../../auth/account/password-reset.ts'
import { mailPageMarks, mailPageMessages as words } from '../../contract/pages/mail-page.ts'
import type { Services } from '../../services.ts'
import { makeHolder } from '../../testing/account-holder.ts'
import { linkOf } from '../../testing/smtp-server.ts'
import { openTestApp, type TestApp } from '../../testing/test-app.ts'
import { createTestClock } from '../../testing/test-clock.ts'
import { createMailPage } from './mail-page.ts'
import { mailPages } from './mail-pages.ts'
import { mailboxPage } from './mailbox-page.ts'

/** Every slot of the page, one a line, so that the tests need no built client. */
const template = Object.entries(mailPageMarks)
  .map(([name, mark]) => `<p id="${name}">${mark}</p>`)
  .join('\n')

async function openPages(services: Services): Promise<FastifyInstance> {
  const pages = fastify()
  await pages.register((scope) =>
    mailPages(scope, services, { mailPage: createMailPage(template) }),
  )
  await pages.register((scope) => mailboxPage(scope, services))
  return pages
}

const clock = createTestClock()
let keycard: TestApp
let app: FastifyInstance
beforeAll(async () => {
  keycard = await openTestApp({ clock })
  app = await openPages(keycard.services)
})
afterAll(async () => {
  await app.close()
  await keycard.close()
})

const slot = ({ body }: { body: string }, name: string) =>
  new RegExp(`<p id="${name}">(.*)</p>`).exec(body)?.[1]

let addresses = 0

function post(
  url: string,
  fields: Record<string, string>,
  headers: Record<string, string> = { 'sec-fetch-site': 'same-origin' },
) {
  addresses += 1
  return app.inject({
    method: 'POST',
    url,
    remoteAddress: `2001:db8:${addresses.toString(16)}::1`,
    headers: { 'content-type': 'application/x-www-form-urlencoded', host: 'localhost', ...headers },
    payload: new URLSearchParams(fields).toString(),
  })
}

/** The account is looked up seconds later: here, at once. */
async function ask(username: string) {
  const answer = await post('/forgot-password', { username })
  clock.advance(lookUpWithinMs)
  keycard.services.mailDelivery?.wake()
  return answer
}

async function linkFor(username: string): Promise<string> {
  await ask(username)
  const find = () =>
    keycard.services.mailbox?.list().find(({ to }) => to === `${username}@example.com`)
  await expect.poll(find).toBeDefined()
  return linkOf(find()?.text ?? '')
}

const password = 'nine slow trams at midnight'

test('R111: the answer to a name that exists and one that does not is the same, byte for byte', async () => {
  const { username } = await makeHolder(keycard.services)
  const unknown = username.replace('user', 'none')
  const answers = await Promise.all([ask(username), ask(unknown)])
  const facts = answers.map(({ statusCode, headers: { date: _, ...headers }, body }) => ({
    statusCode,
    headers,
    body,
  }))
  expect(facts[0]).toEqual(facts[1])
  expect(facts[0]).toMatchObject({
    statusCode: 303,
    headers: { location: '/forgot-password?sent' },
  })
  const page = await app.inject('/forgot-password?sent')
  expect(slot(page, 'heading')).toBe(words.sentHeading)
})

test('a scanner that follows a link first, with GET and HEAD, uses nothing up', async () => {
  const links = []
  for (let count = 0; count < 20; count++) {
    const { username } = await makeHolder(keycard.services)
    links.push(await linkFor(username))
  }
  for (const url of links) {
    for (const method of ['HEAD', 'GET', 'HEAD', 'GET'] as const) {
      const { statusCode, headers } = await app.inject({ method, url })
      expect([method, statusCode, headers['cache-control']]).toEqual([method, 200, 'no-store'])
    }
  }
  const outcomes = await Promise.all(links.map((url) => post(url, { new_password: password })))
  expect(new Set(outcomes.map(({ headers }) => headers.location))).toEqual(
    new Set(['/login?reason=password-reset']),
  )
  // Control: a POST does use it up.
  for (const url of links) expect((await app.inject(url)).statusCode).toBe(404)
})

test('a link names its account, and shows its form; what breaks a rule is said there, and the link stays', async () => {
  const { username } = await makeHolder(keycard.services)
  const url = await linkFor(username)
  const page = await app.inject(url)
  expect([slot(page, 'form'), slot(page, 'username')]).toEqual(['choose', username])
  const refused = await post(url, { new_password: 'short' })
  expect(refused.statusCode).toBe(422)
  expect(slot(refused, 'note')).toMatch(/^The password must have at least 15 characters/)
  expect(slot(refused, 'invalid')).toBe('true')
  expect(refused.body).not.toContain('short')
  expect((await post(url, { new_password: password })).statusCode).toBe(303)
})

test('a used, old or invented link is a page that leads to another one', async () => {
  for (const token of ['x', 'A'.repeat(43), '%00']) {
    const page = await app.inject(`/mail/${token}`)
    expect([token, page.statusCode, slot(page, 'heading')]).toEqual([token, 404, words.goneHeading])
    expect(slot(page, 'wayOut')).toBe('/forgot-password')
  }
})

test('R71: a form on another site asks for nothing, and sets no password', async () => {
  const { username } = await makeHolder(keycard.services)
  const url = await linkFor(username)
  for (const headers of [
    { 'sec-fetch-site': 'cross-site' },
    { origin: 'https://evil.example' },
    { host: 'evil.example' },
  ] as Record<string, string>[]) {
    expect((await post('/forgot-password', { username }, headers)).statusCode).toBe(403)
    expect((await post(url, { new_password: password }, headers)).statusCode).toBe(403)
  }
  expect((await app.inject(url)).statusCode).toBe(200)
})

test('no name is answered on the page, and too many requests with the seconds to wait', async () => {
  const empty = await ask(' ')
  expect([empty.statusCode, slot(empty, 'note')]).toEqual([422, words.askMissing])
  for (let count = 0; count < 3; count++) await ask('often')
  const throttled = await ask('often')
  expect(throttled.statusCode).toBe(429)
  expect(Number(throttled.headers['retry-after'])).toBeGreaterThan(3_500)
  expect(slot(throttled, 'note')).toBe('Too many attempts. You can try again in 60 minutes.')
  expect(slot(throttled, 'username')).toBe('often')
})

test('without a mail server all of it is refused in one sentence', async () => {
  const off = await openTestApp({ env: { DEMO_ACCOUNTS: 'off' } })
  const pages = await openPages(off.services)
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const answers = await Promise.all([
    pages.inject('/forgot-password'),
    pages.inject(`/mail/${'A'.repeat(43)}`),
    pages.inject({
      method: 'POST',
      url: '/forgot-password',
      headers: { ...form, 'sec-fetch-site': 'same-origin', host: 'localhost' },
      payload: 'username=x',
    }),
  ])
  for (const answer of answers) {
    expect([answer.statusCode, slot(answer, 'heading')]).toEqual([403, words.offHeading])
  }
  expect((await pages.inject('/dev/mail')).statusCode).toBe(404)
  await pages.close()
  await off.close()
})

test('the mailbox is for this machine only, and shows each mail as text and as HTML', async () => {
  const { username } = await makeHolder(keycard.services)
  const link = await linkFor(username)
  const here = { url: '/dev/mail', headers: { host: 'localhost:3000' } }
  const list = await app.inject(here)
  expect(list.body).toContain(`${link}</a>`)
  const [, html = ''] = /href="(\/dev\/mail\/[^"]+)"/.exec(list.body) ?? []
  const mail = await app.inject({ ...here, url: html })
  expect(mail.body).toContain('Choose a new password')
  expect(mail.headers['content-security-policy']).toContain("default-src 'none'")
  for (const elsewhere of [
    { remoteAddress: '192.0.2.1' },
    { headers: { host: 'rebound.example' } },
    { headers: { host: 'localhost:3000', 'x-forwarded-for': '192.0.2.1' } },
  ]) {
    expect((await app.inject({ ...here, ...elsewhere })).statusCode).toBe(404)
    expect((await app.inject({ ...here, url: html, ...elsewhere })).statusCode).toBe(404)
  }
})
