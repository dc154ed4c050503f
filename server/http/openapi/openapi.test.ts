// The OpenAPI document is valid, and says of every procedure what the router says.

import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { scopeCatalogue } from '../../contract/scopes.ts'
import { routerWithNotes } from '../../testing/notes.ts'
import { openTestApp, type TestApp } from '../../testing/test-app.ts'
import { protectedProcedure, router } from '../../trpc/procedures.ts'
import { appRouter } from '../../trpc/router.ts'
import { describeApi } from './openapi-document.ts'

let keycard: TestApp
// The parts that a client reads, typed as loosely as JSON.
let document: ReturnType<typeof JSON.parse>

beforeAll(async () => {
  keycard = await openTestApp({ withNotes: true })
  document = (await keycard.app.inject('/openapi.json')).json()
})
afterAll(() => keycard.close())

const procedures = Object.entries(routerWithNotes._def.procedures).flatMap(([name, procedure]) => {
  const meta = '_def' in procedure ? procedure._def.meta : undefined
  return meta && typeof meta === 'object' && 'rest' in meta ? [[name, meta] as const] : []
})

describe('GET /openapi.json', () => {
  it('is valid OpenAPI 3.1, and the check can fail', async () => {
    const check = async (specification: object) =>
      new Validator({ strict: false }).validate({ ...specification })
    expect(await check(document)).toEqual({ valid: true })
    expect(await check({ ...document, info: {} })).toMatchObject({ valid: false })
  })

  it('has no dangling reference', () => {
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)
    const targets = new Set([...references].map(([, target = '']) => target))
    expect(targets.size).toBeGreaterThan(5)
    for (const target of targets) {
      const found = target.split('/').reduce((node, key) => node?.[key], document)
      expect(found, target).toBeDefined()
    }
  })

  it('lists every procedure that declares a path, and no other', () => {
    const operations = Object.values<Record<string, { operationId: string }>>(document.paths)
      .flatMap((path) => Object.values(path))
      .map(({ operationId }) => operationId)
    expect(operations.sort()).toEqual(
      ['token', 'revoke', 'introspect', ...procedures.map(([name]) => name)].sort(),
    )
    expect(operations).toContain('notes.update')
  })

  it.each(procedures)('puts the same padlocks on %s as the router', (name, meta) => {
    const { rest, scopes = [] } = meta as {
      rest: { method: string; path: string }
      scopes?: string[]
    }
    const operation = document.paths[`/api${rest.path}`][rest.method.toLowerCase()]
    expect(operation.operationId).toBe(name)
    expect(operation.security).toEqual([{ OAuth2PasswordBearer: scopes }, { HTTPBearer: [] }])
    for (const scope of scopes) expect(operation.description).toContain(`\`${scope}\``)
    expect(operation.responses).toHaveProperty('401')
    expect(operation.responses).toHaveProperty('403')
    expect('404' in operation.responses).toBe(rest.path.includes('{'))
  })

  it('says how to sign in, with the sentence of every scope', () => {
    const { HTTPBearer, OAuth2PasswordBearer } = document.components.securitySchemes
    expect(HTTPBearer).toEqual({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    expect(OAuth2PasswordBearer.flows.password).toEqual({
      tokenUrl: '/token',
      refreshUrl: '/token',
      scopes: scopeCatalogue,
    })
    expect(document.paths['/token'].post.security).toEqual([])
    expect(document.paths['/revoke'].post.security).toEqual([])
    expect(document.paths['/introspect'].post.security).toEqual([
      { OAuth2PasswordBearer: ['users:read'] },
      { HTTPBearer: [] },
    ])
  })

  it('describes the path, the query and the body from the schemas', () => {
    const { patch } = document.paths['/api/notes/{id}']
    expect(patch.parameters).toEqual([
      { name: 'id', in: 'path', required: true, schema: { type: 'string', maxLength: 64 } },
      expect.objectContaining({ name: 'If-Match', in: 'header', required: false }),
    ])
    expect(patch.responses[200].headers).toHaveProperty('ETag')
    expect(patch.responses).toHaveProperty('412')
    const body = patch.requestBody.content['application/json'].schema
    expect(Object.keys(body.properties)).toEqual(['title', 'description', 'version'])
    expect(document.paths['/api/notes'].get.parameters[0]).toEqual({
      name: 'limit',
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    })
    const created = document.paths['/api/notes'].post.responses[201]
    expect(created.content['application/json'].schema).toEqual({
      $ref: '#/components/schemas/Note',
    })
  })

  it('R106: documents too many requests for every operation that takes a password', () => {
    const operations = Object.values<Record<string, unknown>>(document.paths).flatMap(Object.values)
    for (const operation of operations) {
      const text = JSON.stringify(operation)
      expect(text.includes('"429"'), text).toBe(/"(current_)?password":/.test(text))
    }
  })

  it('says where it is served, under which licence, and what its tags are', () => {
    expect(document.servers).toEqual([{ url: '/', description: 'This server' }])
    expect(document.info.license).toEqual({ name: 'MIT', identifier: 'MIT' })
    expect(document.info.description).toMatch(/\w/)
    const declared = document.tags.map(({ name }: { name: string }) => name)
    const operations = Object.values<Record<string, { tags: string[] }>>(document.paths).flatMap(
      (path) => Object.values(path),
    )
    expect(new Set(operations.flatMap(({ tags }) => tags))).toEqual(new Set(declared))
  })

  it('has what a linter requires of each operation', () => {
    const operations = Object.values<Record<string, Record<string, unknown>>>(
      document.paths,
    ).flatMap((path) => Object.values(path))
    for (const { operationId, summary, description, responses } of operations) {
      expect([operationId, summary, description]).toEqual([
        expect.stringMatching(/^[\w.]+$/),
        expect.stringMatching(/\w/),
        expect.stringMatching(/\w/),
      ])
      expect(Object.keys(responses as object)).toEqual(
        expect.arrayContaining([expect.stringMatching(/^2/), expect.stringMatching(/^4/)]),
      )
    }
    JSON.stringify(document, (key, value) => {
      if (key === 'oneOf' || key === 'anyOf') expect(value.length).toBeGreaterThan(1)
      return value
    })
  })

  it('states the minimum length of a new password here', () => {
    const schemas = [
      ['/api/users', 'password'],
      ['/api/users/{id}/set-password', 'password'],
      ['/api/users/me/password', 'new_password'],
    ].map(([path = '', field = '']) => {
      const { schema } = document.paths[path].post.requestBody.content['application/json']
      return schema.properties[field]
    })
    for (const schema of schemas) {
      expect(schema).toEqual({ type: 'string', format: 'password', minLength: 15, maxLength: 256 })
    }
    const strict = describeApi(appRouter, { passwordGrant: true, passwordMinLength: 20 })
    expect(JSON.stringify(strict)).toContain('"minLength":20')
  })

  it('states the form of a cursor, and no other form is handed out', async () => {
    const headers = { authorization: `Bearer ${await keycard.tokenFor('johndoe')}` }
    const create = { method: 'POST', url: '/api/notes', headers } as const
    for (const title of ['a', 'b']) await keycard.app.inject({ ...create, payload: { title } })
    const page = await keycard.app.inject({ url: '/api/notes?limit=1', headers })
    const { parameters, responses } = document.paths['/api/notes'].get
    const { schema } = parameters.find(({ name }: { name: string }) => name === 'cursor')
    expect(page.json().next_cursor).toMatch(new RegExp(schema.pattern))
    expect('nonsense').not.toMatch(new RegExp(schema.pattern))
    expect(JSON.stringify(responses[200])).toContain(JSON.stringify(schema.pattern))
  })

  it('names no host', () => {
    expect(JSON.stringify(document)).not.toContain('localhost')
  })

  it('is not sent again where it has not changed', async () => {
    const first = await keycard.app.inject('/openapi.json')
    const headers = { 'if-none-match': String(first.headers.etag) }
    const second = await keycard.app.inject({ url: '/openapi.json', headers })
    expect([second.statusCode, second.body]).toEqual([304, ''])
  })
})

describe('describeApi', () => {
  it('R20: has no password flow where the password grant is off', async () => {
    const without = describeApi(appRouter, { passwordGrant: false, passwordMinLength: 15 })
    expect(Object.keys(without.components.securitySchemes)).toEqual(['HTTPBearer'])
    expect(JSON.stringify(without)).not.toMatch(
      /OAuth2PasswordBearer|"password":\{"tokenUrl"|"username":\{"type":"string","description"/,
    )
    const { schema } =
      without.paths['/token'].post.requestBody.content['application/x-www-form-urlencoded']
    expect(schema.properties?.grant_type).toEqual({
      type: 'string',
      enum: ['refresh_token', 'client_credentials'],
    })
    expect(schema.properties).not.toHaveProperty('password')
    expect(await new Validator({ strict: false }).validate(without)).toEqual({ valid: true })
  })

  it('fails with a message for a path without schemas, or with a field that does not exist', () => {
    const base = { method: 'GET', summary: 'A test' } as const
    const withoutOutput = protectedProcedure
      .meta({ rest: { ...base, path: '/one' } })
      .query(() => 1)
    const withoutField = protectedProcedure
      .meta({ rest: { ...base, path: '/one/{id}' } })
      .output(z.number())
      .query(() => 1)
    const describe = (one: typeof withoutOutput | typeof withoutField) =>
      describeApi(router({ one }), { passwordGrant: true, passwordMinLength: 15 })
    expect(() => describe(withoutOutput)).toThrow(/^one: .* needs zod schemas/)
    expect(() => describe(withoutField)).toThrow('one: {id} is no field of the input')
  })
})
