// The REST API: every twin answers, every refusal has the right shape, and no input breaks it.

import type { InjectOptions } from 'fastify'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Note } from '../../testing/notes.ts'
import { openTestApp, type TestApp } from '../../testing/test-app.ts'
import { jsonMaxBytes } from '../../web/json-body.ts'

let keycard: TestApp
let johndoe: string
let admin: string

beforeAll(async () => {
  keycard = await openTestApp({ withNotes: true })
  johndoe = await keycard.tokenFor('johndoe')
  admin = await keycard.tokenFor('admin')
})
afterAll(() => keycard.close())

function call(request: InjectOptions, token?: string) {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` }
  return keycard.app.inject({ ...request, headers: { ...authorization, ...request.headers } })
}

function post(payload: string | Buffer, type = 'application/json') {
  const request: InjectOptions = { method: 'POST', url: '/api/notes', payload }
  return call({ ...request, headers: { 'content-type': type } }, johndoe)
}

async function makeNote(title: string): Promise<Note> {
  const answer = await call({ method: 'POST', url: '/api/notes', payload: { title } }, johndoe)
  expect(answer.statusCode).toBe(201)
  return answer.json()
}

describe('twins', () => {
  it('tells callers who they are, with or without a trailing slash', async () => {
    for (const url of ['/api/users/me', '/api/users/me/']) {
      const answer = await call({ url }, johndoe)
      expect(answer.statusCode).toBe(200)
      expect(answer.json()).toMatchObject({ username: 'johndoe', full_name: 'John Doe' })
    }
  })

  it('lists users for an admin', async () => {
    for (const query of ['page=2&per_page=1', '&page=2&&per_page=1&']) {
      const answer = await call({ url: `/api/users?${query}` }, admin)
      expect(answer.json()).toMatchObject({ users: [{}], page: 2, per_page: 1, total: 3 })
    }
  })

  it('opens /api/protected with any token', async () => {
    const answer = await call({ url: '/api/protected' }, await keycard.tokenFor('johndoe', 'me'))
    expect(answer.json()).toEqual({ message: 'Access granted', user: 'johndoe' })
  })

  it('makes, lists, changes and deletes a note', async () => {
    const { id } = await makeNote('Lamp')
    const changed = await call(
      { method: 'PATCH', url: `/api/notes/${id}`, payload: { title: 'Desk lamp' } },
      johndoe,
    )
    expect(changed.json()).toMatchObject({ id, title: 'Desk lamp' })
    const listed = await call({ url: '/api/notes?limit=1' }, johndoe)
    expect(listed.json()).toMatchObject({ notes: [{ id, title: 'Desk lamp' }] })
    const request: InjectOptions = { method: 'DELETE', url: `/api/notes/${id}` }
    const deleted = await call(request, johndoe)
    expect([deleted.statusCode, deleted.json()]).toEqual([200, { id }])
    const again = await call(request, johndoe)
    expect([again.statusCode, again.json()]).toEqual([404, { detail: 'There is no such note' }])
  })

  it('takes the id from the path, whatever the body says', async () => {
    const [one, other] = [await makeNote('One'), await makeNote('Other')]
    const payload = { id: other.id, title: 'Changed' }
    const answer = await call({ method: 'PATCH', url: `/api/notes/${one.id}`, payload }, johndoe)
    expect(answer.json()).toMatchObject({ id: one.id, title: 'Changed' })
  })

  it('answers HEAD as GET without its body', async () => {
    const answer = await call({ method: 'HEAD', url: '/api/notes' }, johndoe)
    expect([answer.statusCode, answer.body]).toEqual([200, ''])
  })

  it('accepts a DELETE that names a Content-Type and has no body', async () => {
    const { id } = await makeNote('Chair')
    const headers = { 'content-type': 'application/json' }
    const answer = await call({ method: 'DELETE', url: `/api/notes/${id}`, headers }, johndoe)
    expect(answer.statusCode).toBe(200)
  })

  it('leaves the procedure strict about types after a call that had to coerce', async () => {
    const limit = 5
    expect((await call({ url: `/api/notes?limit=${limit}` }, johndoe)).statusCode).toBe(200)
    const callTrpc = (input: object) =>
      call({ url: `/trpc/notes.list?input=${encodeURIComponent(JSON.stringify(input))}` }, johndoe)
    expect((await callTrpc({ limit })).statusCode).toBe(200)
    expect((await callTrpc({ limit: String(limit) })).statusCode).toBe(400)
  })

  it('R85: keeps every answer out of caches', async () => {
    for (const url of ['/api/users/me', '/api/notes?nope=1', '/api/nowhere']) {
      expect((await call({ url }, johndoe)).headers['cache-control']).toBe('no-store')
    }
  })
})

describe('versions (RFC 9110 §13.1.1)', () => {
  const change = (id: string, title: string, ifMatch?: string) =>
    call(
      {
        method: 'PATCH',
        url: `/api/notes/${id}`,
        payload: { title },
        headers: ifMatch === undefined ? {} : { 'if-match': ifMatch },
      },
      johndoe,
    )

  it('makes a change from the present version, and answers 412 with the row to one from an old', async () => {
    const made = await call(
      { method: 'POST', url: '/api/notes', payload: { title: 'Lamp' } },
      johndoe,
    )
    const { etag } = made.headers
    expect(etag).toBe('"1"')
    const { id } = made.json()
    const first = await change(id, 'Mine', '"1"')
    expect([first.statusCode, first.headers.etag]).toEqual([200, '"2"'])
    // The last two: a list, and another's ETag.
    for (const stale of ['"1"', 'W/"1"', '"1", "3"', '"x"']) {
      const refused = await change(id, 'Theirs', stale)
      expect([refused.statusCode, refused.json()]).toEqual([
        412,
        { detail: 'This note was changed elsewhere', current: first.json() },
      ])
    }
    // A proxy that compresses makes the ETag a weak one.
    expect((await change(id, 'Theirs', 'W/"2"')).statusCode).toBe(200)
  })

  it('asks no one for a version: without it, or with *, the last change holds', async () => {
    const { id } = await makeNote('Lamp')
    for (const ifMatch of [undefined, '*']) {
      expect((await change(id, 'Changed', ifMatch)).statusCode).toBe(200)
    }
    expect((await change('unknown', 'Changed', '"1"')).statusCode).toBe(404)
  })

  it('answers CONFLICT over tRPC, with the row in the error', async () => {
    const note = await makeNote('Lamp')
    const answer = await call(
      {
        method: 'POST',
        url: '/trpc/notes.update',
        payload: { id: note.id, title: 'Changed', version: 7 },
      },
      johndoe,
    )
    expect(answer.json().error.data).toMatchObject({
      code: 'CONFLICT',
      reason: 'changed_elsewhere',
      current: note,
    })
  })
})

describe('tokens', () => {
  it('R25: answers 401 with a bare challenge where there is none', async () => {
    const answer = await call({ url: '/api/users/me' })
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['www-authenticate']).toBe('Bearer')
    expect(answer.json()).toEqual({ detail: 'Not authenticated' })
  })

  it('R26: answers 401 invalid_token where it is not one of ours', async () => {
    const answer = await call({ url: '/api/users/me' }, 'a.b.c')
    expect(answer.statusCode).toBe(401)
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer error="invalid_token", error_description="Could not validate credentials"',
    )
    expect(answer.json()).toEqual({ detail: 'Could not validate credentials' })
  })

  it('R27: answers 403 naming the missing scope', async () => {
    const answer = await call({ url: '/api/users' }, johndoe)
    expect(answer.statusCode).toBe(403)
    expect(answer.headers['www-authenticate']).toBe(
      'Bearer error="insufficient_scope", scope="users:read"',
    )
    expect(answer.json()).toEqual({ detail: 'Not enough permissions' })
  })

  it('R23: refuses a token in the query', async () => {
    const answer = await call({ url: `/api/users/me?access_token=${johndoe}` })
    expect(answer.statusCode).toBe(401)
    expect(answer.body).not.toContain(johndoe)
    expect(answer.json().detail).toMatch(/^access_token is not a parameter here/)
  })

  it('R23: refuses a token in the body', async () => {
    const payload = { title: 'Lamp', access_token: johndoe }
    const answer = await call({ method: 'POST', url: '/api/notes', payload })
    expect(answer.statusCode).toBe(401)
    expect(answer.body).not.toContain(johndoe)
  })

  it('R30: logs the path of a request without its query', async () => {
    const lines: string[] = []
    const logger = pino({ level: 'trace' }, { write: (line) => lines.push(line) })
    const env = { NODE_ENV: 'production', PUBLIC_URL: 'http://localhost:3000' }
    const logging = await openTestApp({ env, logger })
    await logging.app.inject({ url: `/api/users/me?access_token=${johndoe}` })
    await logging.app.inject({ url: `/api/%zz?access_token=${johndoe}` })
    await logging.close()
    expect(lines.join('')).toContain('"/api/users/me"')
    expect(lines.join('')).not.toContain(johndoe)
  })

  it('R24: answers 400 to a token in two places', async () => {
    const inQuery: InjectOptions = { url: `/api/users/me?access_token=${johndoe}` }
    const payload = { title: 'Lamp', access_token: johndoe }
    const inBody: InjectOptions = { method: 'POST', url: '/api/notes', payload }
    for (const request of [inQuery, inBody]) {
      const answer = await call(request, johndoe)
      expect(answer.statusCode).toBe(400)
      expect(answer.json()).toEqual({ detail: 'The token must be sent in one way, not in two' })
    }
  })
})

describe('bad input', () => {
  it('answers 422 naming the field that breaks its rule', async () => {
    const answer = await post('{"title":"  "}')
    expect(answer.statusCode).toBe(422)
    expect(answer.json()).toEqual({
      detail: 'title: must not be empty',
      errors: [{ path: 'title', message: 'must not be empty' }],
    })
  })

  it.each([
    ['limit=x', 'limit'],
    ['limit=', 'limit'],
    ['limit=1.5', 'limit'],
    ['limit=0x10', 'limit'],
    ['limit=1e999', 'limit'],
    ['limit=101', 'limit'],
    ['cursor=nonsense', 'cursor'],
    ['limit=1&limit=1', 'limit'],
    ['limit=1&l%69mit=1', 'limit'],
    ['color=red', 'color'],
    ['__proto__=1', '__proto__'],
    ['toString=1', 'toString'],
  ])('answers 422 to ?%s', async (query, path) => {
    const answer = await call({ url: `/api/notes?${query}` }, johndoe)
    expect(answer.statusCode).toBe(422)
    expect(answer.json()).toMatchObject({ detail: expect.any(String), errors: [{ path }] })
  })

  it('does not take the id from the query', async () => {
    const answer = await call({ method: 'DELETE', url: '/api/notes/a?id=b' }, johndoe)
    expect(answer.json()).toMatchObject({ errors: [{ path: 'id' }] })
  })

  it('does not repeat a parameter that does not look like a name', async () => {
    const answer = await call({ url: `/api/notes?${johndoe}` }, johndoe)
    expect(answer.statusCode).toBe(422)
    expect(answer.body).not.toContain(johndoe.slice(0, 20))
  })

  it.each(['?limit=%zz', '?limit=%FF', '?%E0%A4=1', '/%zz', '/%FF', `/${'a'.repeat(6_000)}`])(
    'answers 400 to /api/notes%s',
    async (rest) => {
      const answer = await call({ url: `/api/notes${rest}` }, johndoe)
      expect(answer.statusCode).toBe(400)
      expect(answer.json()).toEqual({ detail: expect.any(String) })
    },
  )

  it.each([
    ['{"title":', 400, 'The body is not valid JSON'],
    [Buffer.from('{"title":"\xff"}', 'latin1'), 400, 'The body is not valid UTF-8'],
    ['["title"]', 422, 'The body must be a JSON object'],
    ['null', 422, 'The body must be a JSON object'],
    ['{"title":"\\ud800"}', 422, 'title: contains an invalid character'],
    ['{"title":"\\u0000"}', 422, 'title: contains an invalid character'],
    [`"${' '.repeat(jsonMaxBytes)}"`, 413, 'The body is too large'],
  ])('answers %j with %i', async (body, status, detail) => {
    const answer = await post(body)
    expect(answer.statusCode).toBe(status)
    expect(answer.json()).toMatchObject({ detail })
  })

  it('treats a missing body as an object without fields', async () => {
    const empty = await call({ method: 'POST', url: '/api/notes' }, johndoe)
    expect(empty.json()).toMatchObject({ errors: [{ path: 'title' }] })
    const { id } = await makeNote('Table')
    const unchanged = await call({ method: 'PATCH', url: `/api/notes/${id}` }, johndoe)
    expect(unchanged.json()).toMatchObject({ id, title: 'Table' })
  })

  it('R82: ignores __proto__', async () => {
    const answer = await post('{"title":"Lamp","__proto__":{"description":"polluted"}}')
    expect(answer.json()).toMatchObject({ title: 'Lamp', description: '' })
    expect(Object.hasOwn(Object.prototype, 'description')).toBe(false)
  })

  it.each(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x'])(
    'answers 415 to a body of %s',
    async (type) => {
      const answer = await post('title=Lamp', type)
      expect(answer.statusCode).toBe(415)
      expect(answer.json()).toEqual({ detail: 'Content-Type must be application/json' })
    },
  )

  it.each([
    ['PUT', '/api/notes', 'GET, HEAD, POST'],
    ['OPTIONS', '/api/notes/some', 'PATCH, DELETE'],
    ['HEAD', '/api/notes/some', 'PATCH, DELETE'],
    ['POST', '/api/users/me', 'GET, HEAD, PATCH, DELETE'],
  ] as const)('answers %s %s with 405, naming what is allowed', async (method, url, allow) => {
    // The wrong type does not change the answer.
    const answer = await call({ method, url, payload: 'x', headers: { 'content-type': 'a/b' } })
    expect(answer.statusCode).toBe(405)
    expect(answer.headers.allow).toBe(allow)
    if (method !== 'HEAD') expect(answer.json()).toEqual({ detail: 'Method Not Allowed' })
  })

  it.each(['/api', '/api/', '/api/unknown', '/api/notes/some/more', '/api/auth/login'])(
    'answers 404 to %s',
    async (url) => {
      for (const method of ['GET', 'POST'] as const) {
        const headers = { 'content-type': 'a/b' }
        const answer = await call({ method, url, headers, payload: 'x' })
        expect([answer.statusCode, answer.json()]).toEqual([404, { detail: 'Not Found' }])
      }
    },
  )

  it('answers 500 to an internal error, without details', async () => {
    const broken = await openTestApp({ withNotes: true })
    const token = await broken.tokenFor('johndoe')
    await broken.services.database.kysely.schema.dropTable('notes').execute()
    const headers = { authorization: `Bearer ${token}` }
    const answer = await broken.app.inject({ url: '/api/notes', headers })
    expect([answer.statusCode, answer.json()]).toEqual([500, { detail: 'Internal Server Error' }])
    await broken.close()
  })
})
