// The audit log for admins and their programs: who may read it, as pages and as a file.

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditEntry, AuditPage } from '../contract/audit.ts'
import { openTestApp, type TestApp } from '../testing/test-app.ts'

let keycard: TestApp
let token: string

beforeAll(async () => {
  keycard = await openTestApp()
  await signIn('=cmd|calc', 'wrong password')
  token = await keycard.tokenFor('admin')
})
afterAll(() => keycard.close())

function signIn(userAgent: string, password: string) {
  return keycard.app.inject({
    method: 'POST',
    url: '/token',
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      'user-agent': userAgent,
    },
    payload: new URLSearchParams({ username: 'johndoe', password }).toString(),
  })
}

function get(path: string, bearer = token) {
  return keycard.app.inject({ url: path, headers: { authorization: `Bearer ${bearer}` } })
}

describe('GET /api/audit', () => {
  test('has what happened to every user, and finds the entries of one', async () => {
    const all = (await get('/api/audit')).json<AuditPage>().entries
    expect(all.map(({ event, user }) => [event, user?.username])).toEqual(
      expect.arrayContaining([
        ['signed_in', 'admin'],
        ['sign_in_refused', 'johndoe'],
      ]),
    )
    const query = new URLSearchParams({ user: 'JohnDoe', event: 'sign_in_refused' })
    const { entries } = (await get(`/api/audit?${query}`)).json<AuditPage>()
    expect(entries).toMatchObject([{ why: 'wrong_password', user_agent: '=cmd|calc' }])
  })

  test('needs audit:read, which users do not have', async () => {
    const answer = await get('/api/audit', await keycard.tokenFor('johndoe'))
    expect(answer.statusCode).toBe(403)
    expect(answer.headers['www-authenticate']).toContain('scope="audit:read"')
  })

  test.each([
    ['since', 'yesterday', 'must be a time with its zone'],
    ['until', '2026-02-31T25:00:00Z', 'must be a time with its zone'],
    ['event', 'burgled', 'signed_in'],
    ['cursor', 'x', 'must be the next_cursor of the page before'],
  ])('refuses %s=%s, and says what would be right', async (name, value, message) => {
    const answer = await get(`/api/audit?${new URLSearchParams({ [name]: value })}`)
    expect(answer.statusCode).toBe(422)
    expect(answer.body).toContain(message)
  })
})

describe('GET /api/audit/export', () => {
  test('gives one JSON a line, each entry once', async () => {
    const answer = await get('/api/audit/export?event=sign_in_refused')
    expect(answer.headers).toMatchObject({
      'content-type': 'application/x-ndjson; charset=utf-8',
      'content-disposition': 'attachment; filename="audit.ndjson"',
      'cache-control': 'no-store',
    })
    const entries = answer.body
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as AuditEntry)
    expect(entries.map(({ user }) => user?.username)).toEqual(['johndoe'])
  })

  test('gives a CSV in which a stranger’s text is no formula', async () => {
    const answer = await get('/api/audit/export?format=csv')
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8')
    const [head = '', ...lines] = answer.body.split('\r\n')
    expect(head).toMatch(/^at,event,username,/)
    const refused = lines.find((line) => line.includes('sign_in_refused')) ?? ''
    expect(refused.split(',')).toContain("'=cmd|calc")
    expect(refused.split(',')).toHaveLength(head.split(',').length)
  })

  test('is an entry itself, which says who took it', async () => {
    await get('/api/audit/export?format=csv')
    const [entry] = (await get('/api/audit?event=audit_log_exported')).json<AuditPage>().entries
    expect(entry).toMatchObject({ what: 'csv', user: { username: 'admin' } })
  })

  test('is refused before anything is written: without the scope, or with a wrong filter', async () => {
    expect((await get('/api/audit/export', await keycard.tokenFor('johndoe'))).statusCode).toBe(403)
    expect((await get('/api/audit/export?format=xlsx')).statusCode).toBe(422)
  })
})
