// The documents at /.well-known are true, complete, and hold no secret.

import { calculateJwkThumbprint, createLocalJWKSet, type JWK, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allScopes } from '../contract/scopes.ts'
import { openTestApp, type TestApp } from '../testing/test-app.ts'

const issuer = 'https://login.example.com'
let keycard: TestApp
beforeAll(async () => {
  keycard = await openTestApp({ env: { PUBLIC_URL: issuer } })
})
afterAll(() => keycard.close())

async function read(path: string, { app }: TestApp = keycard) {
  const answer = await app.inject(path)
  expect(answer.statusCode).toBe(200)
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
  expect(answer.headers['cache-control']).toBe('public, max-age=300')
  return answer.json()
}

const serverMetadata = '/.well-known/oauth-authorization-server'
const paths = [serverMetadata, '/.well-known/oauth-protected-resource', '/.well-known/jwks.json']

test.each(paths)('R19: %s has no CORS headers, and asks for no token', async (path) => {
  const headers = { origin: 'https://elsewhere.example', authorization: 'Bearer garbage' }
  const answer = await keycard.app.inject({ url: path, headers })
  expect(answer.statusCode).toBe(200)
  expect(Object.keys(answer.headers).join()).not.toContain('access-control')
})

test('R46: the authorization server lists what it supports, including grants and authentication methods', async () => {
  expect(await read(serverMetadata)).toEqual({
    issuer,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
    introspection_endpoint: `${issuer}/introspect`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    scopes_supported: allScopes,
    response_types_supported: [],
    grant_types_supported: ['password', 'refresh_token', 'client_credentials'],
    token_endpoint_auth_methods_supported: ['none', 'client_secret_basic', 'client_secret_post'],
    revocation_endpoint_auth_methods_supported: [
      'none',
      'client_secret_basic',
      'client_secret_post',
    ],
    introspection_endpoint_auth_methods_supported: [
      'client_secret_basic',
      'client_secret_post',
      'Bearer',
    ],
    service_documentation: `${issuer}/docs`,
  })
})

test('R46: every endpoint it names exists', async () => {
  const document = await read(serverMetadata)
  for (const [name, value] of Object.entries(document)) {
    if (!/_endpoint$|_uri$|_documentation$/.test(name)) continue
    const { pathname } = new URL(String(value))
    const method = name.endsWith('_endpoint') ? 'POST' : 'GET'
    const answer = await keycard.app.inject({ method, url: pathname })
    expect(answer.statusCode, name).not.toBe(404)
    expect(answer.statusCode, name).toBeLessThan(500)
  }
})

test('R20: the password grant is left out where it is switched off', async () => {
  const without = await openTestApp({ env: { PASSWORD_GRANT: 'off' } })
  const document = await read(serverMetadata, without)
  expect(document.grant_types_supported).toEqual(['refresh_token', 'client_credentials'])
  await without.close()
})

test('RFC 9728: the resource names its authorization server', async () => {
  expect(await read('/.well-known/oauth-protected-resource')).toEqual({
    resource: issuer,
    authorization_servers: [issuer],
    scopes_supported: allScopes,
    bearer_methods_supported: ['header'],
    resource_documentation: `${issuer}/docs`,
  })
})

describe('R44: the key set', () => {
  const readKeys = async (app?: TestApp): Promise<JWK[]> =>
    (await read('/.well-known/jwks.json', app)).keys

  test('has public members only, and each kid is the thumbprint of its key', async () => {
    const keys = await readKeys()
    expect(keys).toHaveLength(1)
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x'])
      expect(key).toMatchObject({ kty: 'OKP', crv: 'Ed25519', alg: 'EdDSA', use: 'sig' })
      expect(key.kid).toBe(await calculateJwkThumbprint(key))
    }
  })

  test('verifies our own tokens', async () => {
    const keySet = createLocalJWKSet({ keys: await readKeys() })
    const options = { issuer, audience: issuer, typ: 'at+jwt' }
    const token = await keycard.tokenFor('johndoe')
    const { payload } = await jwtVerify(token, keySet, options)
    expect(payload.client_id).toBe('keycard-web')
    const [header, , signature] = token.split('.')
    const [, otherPayload] = (await keycard.tokenFor('admin')).split('.')
    const tampered = [header, otherPayload, signature].join('.')
    await expect(jwtVerify(tampered, keySet, options)).rejects.toThrow()
  })

  test('is empty where the signing key is a shared secret', async () => {
    const secret = 'Vp8LQ7mZk2Nf4XrT9wYb3HcJ6sGd1KeA'
    const shared = await openTestApp({ env: { JWT_ALGORITHM: 'HS256', SECRET_KEY: secret } })
    expect(await readKeys(shared)).toEqual([])
    await shared.close()
  })
})
