// The OpenAPI document: valid, and saying of every procedure what the router says.

import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { openTestApp, type TestApp } from '../../e2e/test-app.ts'
import { scopeCatalogue } from '../contract/scopes.ts'
import { protectedProcedure, router } from '../trpc/procedures.ts'
import { appRouter } from '../trpc/router.ts'
import { describeApi } from './openapi-document.ts'

let keycard: TestApp
// What a client reads, typed no more than JSON is.
let document: ReturnType<typeof JSON.parse>

beforeAll(async () => {
  keycard = await openTestApp()
  document = (await keycard.app.inject('/openapi.json')).json()
})
afterAll(() => keycard.close())

const procedures = Object.entries(appRouter._def.procedures).flatMap(([name, procedure]) => {
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

  it('refers to nothing that is not there', () => {
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)
    const targets = new Set([...references].map(([, target = '']) => target))
    expect(targets.size).toBeGreaterThan(5)
    for (const target of targets) {
      const found = target.split('/').reduce((node, key) => node?.[key], document)
      expect(found, target).toBeDefined()
    }
  })

  it('has every procedure that declares a path, and no other', () => {
    const operations = Object.values<Record<string, { operationId: string }>>(document.paths)
      .flatMap((path) => Object.values(path))
      .map(({ operationId }) => operationId)
    expect(operations.sort()).toEqual(
      ['token', 'revoke', 'introspect', ...procedures.map(([name]) => name)].sort(),
    )
    expect(operations).toContain('items.update')
  })

  it.each(procedures)('puts on %s the padlocks that the router has', (name, meta) => {
    const { rest, scopes = [] } = meta as {
      rest: { method: string; path: string }
      scopes?: string[]
    }
    const operation = document.paths[`/api${rest.path}`][rest.method.toLowerCase()]
    expect(operation.operationId).toBe(name)
    expect(operation.security).toEqual([{ OAuth2PasswordBearer: scopes }, { HTTPBearer: scopes }])
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
      { HTTPBearer: ['users:read'] },
    ])
  })

  it('describes the path, the query and the body from the schemas', () => {
    const { patch } = document.paths['/api/items/{id}']
    expect(patch.parameters).toEqual([
      { name: 'id', in: 'path', required: true, schema: { type: 'string', maxLength: 64 } },
    ])
    const body = patch.requestBody.content['application/json'].schema
    expect(Object.keys(body.properties)).toEqual(['title', 'description'])
    expect(document.paths['/api/items'].get.parameters[0]).toEqual({
      name: 'limit',
      in: 'query',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
    })
    const created = document.paths['/api/items'].post.responses[201]
    expect(created.content['application/json'].schema).toEqual({
      $ref: '#/components/schemas/Item',
    })
  })

  it('R106: says of every operation that takes a password that there can be too many', () => {
    const operations = Object.values<Record<string, unknown>>(document.paths).flatMap(Object.values)
    for (const operation of operations) {
      const text = JSON.stringify(operation)
      expect(text.includes('"429"'), text).toBe(/"(current_)?password":/.test(text))
    }
  })

  it('names no host', () => {
    expect(document.servers).toBeUndefined()
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
  it('R20: knows no password flow where the password grant is off', async () => {
    const without = describeApi(appRouter, { passwordGrant: false })
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

  it('tells the programmer of a path without schemas, or with a field that is none', () => {
    const base = { method: 'GET', summary: 'A test' } as const
    const withoutOutput = protectedProcedure
      .meta({ rest: { ...base, path: '/one' } })
      .query(() => 1)
    const withoutField = protectedProcedure
      .meta({ rest: { ...base, path: '/one/{id}' } })
      .output(z.number())
      .query(() => 1)
    const describe = (one: typeof withoutOutput | typeof withoutField) =>
      describeApi(router({ one }), { passwordGrant: true })
    expect(() => describe(withoutOutput)).toThrow(/^one: .* needs zod schemas/)
    expect(() => describe(withoutField)).toThrow('one: {id} is no field of the input')
  })
})
