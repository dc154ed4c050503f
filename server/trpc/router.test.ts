// Default deny: every procedure is called without a token, and with one whose scope is too narrow.

import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allScopes } from '../contract/scopes.ts'
import { openTestApp, type TestApp } from '../testing/test-app.ts'
import type { ProcedureMeta } from './procedures.ts'
import { appRouter } from './router.ts'

const { procedures: record }: { procedures: Record<string, AnyTRPCProcedure> } = (
  appRouter as AnyTRPCRouter
)._def
const procedures = Object.entries(record).map(([name, { _def }]) => ({
  name,
  type: _def.type,
  meta: _def.meta as ProcedureMeta | undefined,
}))
/** Keycard's own nouns; what an app adds must only have what every procedure must have. */
const ownNouns = [
  ...['auth', 'users', 'account', 'sessions', 'passkeys', 'activity'],
  ...['identity', 'protected'],
]
const isOwn = ({ name }: { name: string }) => ownNouns.includes(name.split('.', 1)[0] ?? '')

const publicNames = [
  'auth.login',
  'auth.passkeyOptions',
  'auth.loginWithPasskey',
  'auth.register',
  'auth.rules',
  'auth.refresh',
  'auth.logout',
]
const protectedOnes = procedures.filter(({ meta }) => meta?.access !== 'public')
/** A stream has begun before it is refused: tRPC answers 200, and the refusal is its only event. */
const streams = protectedOnes.filter(({ type }) => type === 'subscription')
const calls = protectedOnes.filter((procedure) => !streams.includes(procedure))
const scopedOnes = calls.flatMap(({ name, type, meta }) =>
  meta?.scopes ? [{ name, type, scopes: meta.scopes }] : [],
)

let keycard: TestApp
beforeAll(async () => {
  keycard = await openTestApp()
})
afterAll(() => keycard.close())

function call({ name, type }: { name: string; type: string }, accessToken?: string) {
  const input = { id: 'x', title: 'x', role: 'user', password: 'x' }
  const authorization = accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }
  return type !== 'mutation'
    ? keycard.app.inject({
        url: `/trpc/${name}?input=${encodeURIComponent(JSON.stringify(input))}`,
        headers: authorization,
      })
    : keycard.app.inject({
        method: 'POST',
        url: `/trpc/${name}`,
        headers: { 'content-type': 'application/json', ...authorization },
        payload: JSON.stringify(input),
      })
}

test('R84: of Keycard’s own procedures exactly these are public', () => {
  const open = procedures
    .filter(isOwn)
    .filter(({ meta }) => meta?.access === 'public')
    .map(({ name }) => name)
  expect(open).toEqual(publicNames)
})

test('R84: every procedure states its access rule', () => {
  const undeclared = procedures.filter(({ meta }) => meta?.access === undefined)
  expect(
    undeclared.map(({ name }) => name),
    'start each with publicProcedure, protectedProcedure or scopedProcedure (server/trpc/procedures.ts)',
  ).toEqual([])
  expect(procedures.length).toBeGreaterThanOrEqual(10)
})

test('of Keycard’s own these need no scope, and all others name one of the catalogue', () => {
  const unscoped = protectedOnes
    .filter(isOwn)
    .filter(({ meta }) => !meta?.scopes)
    .map(({ name }) => name)
  expect(unscoped).toEqual([
    'auth.reauthenticate',
    'auth.reauthenticateOptions',
    'identity',
    'protected',
  ])
  for (const { meta } of protectedOnes) {
    for (const scope of meta?.scopes ?? []) expect(allScopes).toContain(scope)
  }
})

test('each requires the scope that the documentation names', () => {
  const scopesOf = Object.fromEntries(protectedOnes.map(({ name, meta }) => [name, meta?.scopes]))
  expect(scopesOf).toMatchObject({
    'users.me': ['me'],
    'account.notices': ['me'],
    'account.updateProfile': ['me:write'],
    'account.changePassword': ['me:write'],
    'account.delete': ['me:write'],
    'account.export': ['me:write'],
    'account.dismissNotices': ['me:write'],
    'users.list': ['users:read'],
    'users.create': ['users:write'],
    'users.disable': ['users:write'],
    'users.setPassword': ['users:write'],
    'users.unlock': ['users:write'],
    'activity.list': ['me'],
    'sessions.list': ['me'],
    'sessions.changes': ['me'],
    'sessions.end': ['me:write'],
    'sessions.endOthers': ['me:write'],
    'sessions.confirm': ['me:write'],
  })
})

test.each(calls)('R84: $name is 401 without a token', async (procedure) => {
  const answer = await call(procedure)
  expect(answer.json()).toMatchObject({ error: { data: { reason: 'not_authenticated' } } })
  expect(answer.statusCode).toBe(401)
  expect(answer.headers['www-authenticate']).toBe('Bearer')
})

test.each(streams)(
  'R84, R27: $name is refused without a token, or its scope',
  async (procedure) => {
    const [needed = 'me'] = procedure.meta?.scopes ?? []
    const others = allScopes.filter((scope) => scope !== needed).join(' ')
    const narrow = await keycard.tokenFor('admin', others)
    for (const [accessToken, refusal] of [
      [undefined, '"httpStatus":401,"path":"%","reason":"not_authenticated"}'],
      [narrow, `"httpStatus":403,"path":"%","reason":"insufficient_scope","scope":["${needed}"]}`],
    ] as const) {
      const answer = await call(procedure, accessToken)
      const [, event, after] = answer.body.split('event: ').map((block) => block.split('\n'))
      expect(event?.[0]).toBe('connected')
      expect(after?.[0]).toBe('serialized-error')
      expect(after?.[1]).toContain(refusal.replace('%', procedure.name))
      expect(answer.headers['cache-control']).toBe('no-store, no-transform')
    }
  },
)

describe('R27: with all scopes except the one it needs', () => {
  test.each(scopedOnes)('$name is 403 and names it', async (procedure) => {
    const [needed] = procedure.scopes
    const others = allScopes.filter((scope) => scope !== needed).join(' ')
    const answer = await call(procedure, await keycard.tokenFor('admin', others))
    expect(answer.json()).toMatchObject({
      error: { data: { code: 'FORBIDDEN', reason: 'insufficient_scope', scope: [needed] } },
    })
    expect(answer.statusCode).toBe(403)
    expect(answer.headers['www-authenticate']).toBe(
      `Bearer error="insufficient_scope", scope="${needed}"`,
    )
  })

  test.each(calls)('$name is accepted with the one it needs', async (procedure) => {
    const scope = procedure.meta?.scopes?.join(' ') ?? 'users:write'
    const answer = await call(procedure, await keycard.tokenFor('admin', scope))
    // The input is valid for most, and names no existing row; or it is the last admin.
    // A file is for REST: here it is refused in tRPC's words for a stream, after all checks.
    const isFile = procedure.meta?.rest?.mediaTypes !== undefined
    expect(isFile ? [415] : [200, 400, 404, 409]).toContain(answer.statusCode)
  })
})

test('R85: no answer is stored in a cache', async () => {
  const accessToken = await keycard.tokenFor('admin')
  for (const procedure of calls) {
    expect((await call(procedure, accessToken)).headers['cache-control']).toBe('no-store')
  }
})

test('users.me and protected say whom the token belongs to', async () => {
  const accessToken = await keycard.tokenFor('johndoe')
  const me = await call({ name: 'users.me', type: 'query' }, accessToken)
  expect(me.json()).toEqual({
    result: {
      data: {
        id: expect.stringMatching(/^[\w-]{22}$/),
        username: 'johndoe',
        email: 'johndoe@example.com',
        full_name: 'John Doe',
        disabled: false,
        role: 'user',
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      },
    },
  })
  const granted = await call({ name: 'protected', type: 'query' }, accessToken)
  expect(granted.json()).toEqual({
    result: { data: { message: 'Access granted', user: 'johndoe' } },
  })
})

test('users.list is for admins, and shows no password', async () => {
  const answer = await call(
    { name: 'users.list', type: 'query' },
    await keycard.tokenFor('admin', 'users:read'),
  )
  expect(answer.json()).toMatchObject({
    result: {
      data: {
        // The input of all calls here has a role.
        total: 2,
        page: 1,
        per_page: 20,
        users: [{ username: 'alice', disabled: true }, { username: 'johndoe' }],
      },
    },
  })
  expect(answer.body).not.toMatch(/password|hash|\$2b\$/)
})

/** With one of these an old token alone changes nothing: each is called below. */
const sensitive: Record<string, object> = {
  'users.create': { username: 'somebody', password: 'four unrelated words here' },
  'users.disable': { id: 'x' },
  'users.enable': { id: 'x' },
  'users.unlock': { id: 'x' },
  'users.setRole': { id: 'x', role: 'user' },
  'users.setPassword': { id: 'x', password: 'four unrelated words here' },
  'users.endSessions': { id: 'x' },
  'users.update': { id: 'x', full_name: 'X' },
  'users.endSession': { id: 'x', session_id: 'x' },
  'users.forgetDevice': { id: 'x', device_id: 'x' },
  'users.delete': { id: 'x' },
  'account.updateProfile': { email: 'new@example.com' },
  'account.delete': {},
  'account.export': {},
  'passkeys.prepare': {},
  'passkeys.remove': { id: 'x' },
}

/** Mutations that need no fresh proof, and why. */
const notSensitive: Record<string, string> = {
  'auth.reauthenticate': 'brings the proof',
  'account.changePassword': 'always takes the current password',
  'passkeys.add': 'answers options that needed the proof',
  'passkeys.rename': 'changes a label',
  'account.dismissNotices': 'hides them in one browser',
  'account.forgetDevice': 'takes a privilege at sign-in away',
  'sessions.end': 'takes access away',
  'sessions.endOthers': 'takes access away',
  'sessions.confirm': 'answers a question about one sign-in',
}

describe('R65: what an old token must not do alone', () => {
  test('every mutation of Keycard’s own is on one of the two lists, and every change by an admin on the first', () => {
    const mutations = protectedOnes.filter(isOwn).filter(({ type }) => type === 'mutation')
    const names = mutations.map(({ name }) => name)
    expect([...Object.keys(sensitive), ...Object.keys(notSensitive)].sort()).toEqual(names.sort())
    const byAdmins = mutations.filter(({ meta }) => meta?.scopes?.includes('users:write'))
    for (const { name } of byAdmins) expect(sensitive).toHaveProperty([name])
    const proving = mutations.filter(({ meta }) => meta?.proof).map(({ name }) => name)
    const alwaysAsked = ['account.changePassword']
    expect(proving.sort()).toEqual([...Object.keys(sensitive), ...alwaysAsked].sort())
  })

  test.each(Object.entries(sensitive))('%s asks for a proof', async (name, input) => {
    const { accessToken, sessionId } = await signInLongAgo()
    const payload = JSON.stringify(input)
    const headers = {
      'content-type': 'application/json',
      authorization: `Bearer ${accessToken}`,
    }
    const send = () =>
      keycard.app.inject({ method: 'POST', url: `/trpc/${name}`, headers, payload })
    expect((await send()).json()).toMatchObject({
      error: { data: { httpStatus: 403, reason: 'reauthentication_required' } },
    })
    await dateProof(sessionId, Date.now())
    expect((await send()).body).not.toContain('reauthentication_required')
  })

  async function signInLongAgo() {
    const accessToken = await keycard.tokenFor('admin')
    const { identities } = keycard.services
    const { sessionId } = identities.requireUser(await identities.authenticateToken(accessToken))
    await dateProof(sessionId, Date.now() - 6 * 60_000)
    return { accessToken, sessionId }
  }

  async function dateProof(sessionId: string, proved_at_ms: number): Promise<void> {
    const { kysely } = keycard.services.database
    await kysely.updateTable('sessions').set({ proved_at_ms }).where('id', '=', sessionId).execute()
  }
})
