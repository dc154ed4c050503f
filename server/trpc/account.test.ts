// One's own account over tRPC and over REST.

import type { InjectOptions } from 'fastify'
import { expect, test } from 'vitest'
import { makeHolder, shareTestApp } from '../testing/account-holder.ts'

const { app, clock } = shareTestApp('sqlite')
const better = 'seven quiet harbours at dawn'
const sixMinutes = 6 * 60_000

async function openSurfaces({ old = false } = {}) {
  const keycard = app()
  const holder = await makeHolder(keycard.services)
  const { accessToken } = await holder.signIn()
  if (old) clock.advance(sixMinutes)
  const send = (request: InjectOptions) =>
    keycard.app.inject({
      ...request,
      headers: { authorization: `Bearer ${accessToken}`, ...request.headers },
    })
  const json = { 'content-type': 'application/json' }
  return {
    holder,
    rest: (method: 'GET' | 'PATCH' | 'POST' | 'DELETE', url: string, payload?: object) =>
      send({ method, url: `/api${url}`, ...(payload && { payload }) }),
    call: (name: string, input: object) =>
      send({ method: 'POST', url: `/trpc/${name}`, headers: json, payload: JSON.stringify(input) }),
    ask: (name: string) => send({ url: `/trpc/${name}` }),
  }
}

test('the profile is changed over tRPC and REST, with the same answer as users.me', async () => {
  const { holder, rest, call, ask } = await openSurfaces()
  const changed = await call('account.updateProfile', { full_name: '  Ada Lovelace ' })
  expect(changed.json().result.data).toMatchObject({ id: holder.id, full_name: 'Ada Lovelace' })
  const email = `rest-${holder.username}@example.com`
  const patched = await rest('PATCH', '/users/me', { email, full_name: ' ' })
  expect(patched.statusCode).toBe(200)
  expect(patched.json()).toEqual((await ask('users.me')).json().result.data)
  expect(patched.json()).toMatchObject({ email, full_name: null })
})

test('a field that is wrong or taken is named over both', async () => {
  const { rest, call } = await openSurfaces()
  const other = await makeHolder(app().services)
  const wrong = await rest('PATCH', '/users/me', { email: 'nope' })
  expect([wrong.statusCode, wrong.json().errors]).toEqual([
    422,
    [{ path: 'email', message: 'must be an email address such as name@example.com' }],
  ])
  const email = `${other.username}@example.com`
  const taken = await rest('PATCH', '/users/me', { email })
  const fields = [{ path: 'email', message: 'is taken: choose another one' }]
  expect([taken.statusCode, taken.json().errors]).toEqual([409, fields])
  const typed = await call('account.updateProfile', { email })
  expect(typed.json().error.data).toMatchObject({ httpStatus: 409, reason: 'conflict', fields })
})

test('R65: where the sign-in is not fresh, both ask for the password', async () => {
  const { holder, rest, call } = await openSurfaces({ old: true })
  const email = `new-${holder.username}@example.com`
  for (const answer of [
    await call('account.updateProfile', { email }),
    await call('account.export', {}),
    await call('account.delete', {}),
  ]) {
    expect(answer.statusCode).toBe(403)
    expect(answer.json().error.data.reason).toBe('reauthentication_required')
  }
  const refused = await rest('DELETE', '/users/me')
  expect([refused.statusCode, refused.json().detail]).toEqual([
    403,
    'This change needs your current password, or a sign-in within the last five minutes',
  ])
  expect(refused.headers['www-authenticate']).toBeUndefined()
  const { password } = holder
  const patched = await rest('PATCH', '/users/me', { email, current_password: password })
  expect(patched.json()).toMatchObject({ email })
})

test('R60: the password is changed over both, and the number of ended sessions returned', async () => {
  const { holder, rest, call } = await openSurfaces()
  await holder.signIn()
  const first = { current_password: holder.password, new_password: better }
  const changed = await call('account.changePassword', first)
  expect(changed.json().result.data).toEqual({ ended_sessions: 1 })
  expect(changed.body).not.toContain(better)
  const again = { current_password: better, new_password: `${better} again` }
  const posted = await rest('POST', '/users/me/password', again)
  expect([posted.statusCode, posted.json()]).toEqual([200, { ended_sessions: 0 }])
  expect(await holder.opensWith(again.new_password)).toBe(true)
})

test('a wrong current password is 401, without claiming that the token is invalid', async () => {
  const { rest, call, ask } = await openSurfaces()
  const input = { current_password: 'not it', new_password: better }
  const typed = await call('account.changePassword', input)
  expect(typed.json().error.data).toMatchObject({ httpStatus: 401, reason: 'invalid_credentials' })
  const posted = await rest('POST', '/users/me/password', input)
  expect([posted.statusCode, posted.headers['www-authenticate']]).toEqual([401, 'Bearer'])
  expect((await ask('users.me')).statusCode).toBe(200)
})

test('R59: after DELETE the token is refused', async () => {
  const { holder, rest, ask } = await openSurfaces({ old: true })
  const deleted = await rest('DELETE', '/users/me', { current_password: holder.password })
  expect([deleted.statusCode, deleted.json()]).toEqual([200, { id: holder.id }])
  const refused = await ask('users.me')
  expect(refused.json().error.data.reason).toBe('invalid_token')
  expect(refused.headers['www-authenticate']).toContain('error="invalid_token"')
})

test('R79: no password is taken from a URL, and nothing is changed by GET', async () => {
  const { holder, rest, ask } = await openSurfaces({ old: true })
  const inQuery = await rest('DELETE', `/users/me?current_password=${holder.password}`)
  expect(inQuery.statusCode).toBe(422)
  expect(inQuery.body).not.toContain(holder.password)
  for (const name of ['updateProfile', 'changePassword', 'delete', 'export', 'dismissNotices']) {
    expect((await ask(`account.${name}?input=%7B%7D`)).statusCode).toBe(405)
  }
  expect((await ask('users.me')).statusCode).toBe(200)
})

test('the export holds everything under its names on the wire, and no hash', async () => {
  const { holder, rest, call } = await openSurfaces()
  const { users } = app().services
  const posted = await rest('POST', '/users/me/export', {})
  expect(posted.statusCode).toBe(200)
  expect(posted.headers['cache-control']).toBe('no-store')
  // An app's own nouns have lists beside these.
  expect(Object.keys(posted.json())).toEqual(
    expect.arrayContaining([
      'exported_at',
      'profile',
      'password_changed_at',
      'sessions',
      'devices',
      'places',
      'activity',
      'next_cursor',
    ]),
  )
  expect(posted.json()).toMatchObject({
    profile: { username: holder.username },
    next_cursor: null,
  })
  const stored = (await users.findById(holder.id))?.password
  const typed = await call('account.export', {})
  for (const { body } of [posted, typed]) {
    expect(body).not.toContain(stored?.hash)
    expect(body).not.toMatch(/\$2b\$|hash|key_id|token_version/)
  }
})

test('R97: another session shows that the password was changed until the user dismisses it', async () => {
  const { holder, call } = await openSurfaces()
  const { accessToken } = await holder.signIn()
  const elsewhere = (request: InjectOptions) =>
    app().app.inject({
      ...request,
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    })
  const listNotices = async () =>
    (await elsewhere({ url: '/trpc/account.notices' })).json().result.data.notices
  clock.advance(1)
  await call('account.export', {})
  const notices = await listNotices()
  expect(notices).toEqual([
    {
      id: expect.any(String),
      kind: 'data_exported',
      at: new Date(clock.now()).toISOString(),
      address: '127.0.0.1',
      device: 'lightMyRequest',
      session_id: null,
      may_confirm: false,
    },
  ])
  const payload = JSON.stringify({ up_to: notices[0].at })
  await elsewhere({ method: 'POST', url: '/trpc/account.dismissNotices', payload })
  expect(await listNotices()).toEqual([])
})
