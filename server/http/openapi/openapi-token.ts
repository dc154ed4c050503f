// `POST /token` as OpenAPI describes it: written by hand, because no procedure stands behind it.

import { builtInClientIds, grantTypes } from '../../contract/oauth.ts'
import type { JsonSchema } from '../rest/json-schema.ts'
import type { ResponseObject } from './openapi-responses.ts'

/** `components.schemas` of the token endpoint: RFC 6749 §5.1 and §5.2. */
export const tokenSchemas = {
  TokenResponse: {
    type: 'object',
    properties: {
      access_token: { type: 'string' },
      token_type: { type: 'string', const: 'bearer' },
      expires_in: { type: 'integer', description: 'In seconds.' },
      refresh_token: { type: 'string' },
      scope: { type: 'string', description: 'What was granted, separated by spaces.' },
    },
    required: ['access_token', 'token_type', 'expires_in', 'scope'],
  },
  OAuthError: {
    type: 'object',
    properties: {
      error: { type: 'string', description: 'A code of RFC 6749 §5.2.' },
      error_description: { type: 'string' },
      detail: { type: 'string', description: 'The same text again.' },
    },
    required: ['error', 'error_description', 'detail'],
  },
} satisfies Record<string, JsonSchema>

export function describeTokenEndpoint({ passwordGrant }: { passwordGrant: boolean }) {
  return {
    operationId: 'token',
    tags: ['token'],
    summary: passwordGrant ? 'Sign in, or refresh a token' : 'Get or refresh a token',
    description: 'The token endpoint of RFC 6749 §3.2. A client with a secret shows it here too.',
    security: [],
    requestBody: {
      required: true,
      content: {
        'application/x-www-form-urlencoded': {
          schema: describeForm(passwordGrant),
        },
      },
    },
    responses: {
      200: {
        description: 'The tokens.',
        content: { 'application/json': { schema: reference('TokenResponse') } },
      },
      400: refusal('The request is wrong, or what it shows opens nothing (RFC 6749 §5.2).'),
      401: {
        ...refusal('Incorrect username or password, or the client is not known.'),
        headers: describeHeader('WWW-Authenticate', { type: 'string' }, 'How to authenticate.'),
      },
      413: refusal('The body is too large.'),
      415: refusal('The Content-Type is not application/x-www-form-urlencoded.'),
      429: { ...refusal('Too many attempts.'), headers: retryAfter() },
      503: { ...refusal('Overloaded, or the database is down.'), headers: retryAfter() },
    },
  }
}

function describeForm(passwordGrant: boolean): JsonSchema {
  const grants = grantTypes.filter((grant) => passwordGrant || grant !== 'password')
  return {
    type: 'object',
    properties: {
      grant_type: {
        type: 'string',
        enum: grants,
        ...(passwordGrant && { description: 'password by default where no client is named.' }),
      },
      ...(passwordGrant && {
        username: { type: 'string', description: 'The username or the email address.' },
        password: { type: 'string', format: 'password' },
      }),
      refresh_token: { type: 'string' },
      scope: {
        type: 'string',
        description: 'Separated by spaces. Everything that can be had where it is left out.',
      },
      client_id: {
        type: 'string',
        description: `${builtInClientIds.web} where it is left out.`,
      },
      client_secret: {
        type: 'string',
        format: 'password',
        description: 'Of a confidential client, here or by HTTP Basic.',
      },
    },
    ...(!passwordGrant && { required: ['grant_type'] }),
  }
}

export function refusal(description: string): ResponseObject {
  return { description, content: { 'application/json': { schema: reference('OAuthError') } } }
}

export function retryAfter() {
  return describeHeader('Retry-After', { type: 'integer' }, 'When to try again, in seconds.')
}

export function describeHeader(name: string, schema: JsonSchema, description: string) {
  return { [name]: { description, schema } }
}

export function reference(name: string): JsonSchema {
  return { $ref: `#/components/schemas/${name}` }
}
