// `POST /revoke` and `POST /introspect` as OpenAPI describes them.

import { introspectionScopes } from '../../oauth/introspect.ts'
import type { JsonSchema } from '../rest/json-schema.ts'
import { describeSecurity } from './openapi-security.ts'
import { describeHeader, reference, refusal, retryAfter } from './openapi-token.ts'

/** `components.schemas` of introspection: RFC 7662 §2.2. */
export const introspectionSchemas = {
  IntrospectionResponse: {
    type: 'object',
    properties: {
      active: { type: 'boolean', description: 'Where false, nothing else is said.' },
      scope: { type: 'string', description: 'Separated by spaces.' },
      client_id: { type: 'string' },
      username: { type: 'string' },
      token_type: { type: 'string', const: 'Bearer' },
      exp: { type: 'integer', description: 'In seconds since 1970.' },
      iat: { type: 'integer', description: 'In seconds since 1970.' },
      sub: { type: 'string' },
      aud: { type: 'string' },
      iss: { type: 'string' },
      jti: { type: 'string' },
    },
    required: ['active'],
  },
} satisfies Record<string, JsonSchema>

export function describeRevocationEndpoint() {
  return {
    operationId: 'revoke',
    tags: ['token'],
    summary: 'End the session of a token',
    description:
      'An access or a refresh token ends its session, and with it every token of the session. A token that opens nothing, or is of another client, is answered alike.',
    security: [],
    requestBody: describeForm(),
    responses: {
      200: { description: 'The token opens nothing, or was not of this client.' },
      ...describeRefusals(),
    },
  }
}

export function describeIntrospectionEndpoint(passwordGrant: boolean) {
  return {
    operationId: 'introspect',
    tags: ['token'],
    summary: 'Ask what an access token is worth now',
    description: 'For a bearer token that may see users, or for a client with a secret.',
    security: describeSecurity(passwordGrant, introspectionScopes),
    requestBody: describeForm(),
    responses: {
      200: {
        description: 'What the token is.',
        content: { 'application/json': { schema: reference('IntrospectionResponse') } },
      },
      ...describeRefusals(),
      403: { ...refusal('The bearer token lacks a scope.'), headers: challenge() },
    },
  }
}

function describeForm() {
  const schema: JsonSchema = {
    type: 'object',
    properties: {
      token: { type: 'string' },
      token_type_hint: {
        type: 'string',
        description: 'access_token or refresh_token. Not needed, and ignored.',
      },
      client_id: { type: 'string' },
      client_secret: { type: 'string', format: 'password' },
    },
    required: ['token'],
  }
  return { required: true, content: { 'application/x-www-form-urlencoded': { schema } } }
}

function describeRefusals() {
  return {
    400: refusal('The request is wrong, or the client is not known.'),
    401: { ...refusal('Who asks has not shown that they may.'), headers: challenge() },
    413: refusal('The body is too large.'),
    415: refusal('The Content-Type is not application/x-www-form-urlencoded.'),
    503: { ...refusal('The database is down: nothing was done.'), headers: retryAfter() },
  }
}

function challenge() {
  return describeHeader('WWW-Authenticate', { type: 'string' }, 'How to authenticate.')
}
