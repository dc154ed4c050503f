// The refusals of the REST API as OpenAPI describes them, each with its body.

import type { JsonSchema } from '../rest/json-schema.ts'

export interface ResponseObject {
  description: string
  headers?: Record<string, { description: string; schema: JsonSchema }>
  content: Record<string, { schema: JsonSchema }>
}

/** `components.schemas`: what a refusal's body looks like. */
export const errorSchemas = {
  HTTPError: {
    type: 'object',
    properties: { detail: { type: 'string' } },
    required: ['detail'],
  },
  ValidationError: {
    type: 'object',
    properties: {
      detail: { type: 'string' },
      errors: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            path: { type: 'string', description: 'The field, dotted; empty for the whole input.' },
            message: { type: 'string' },
          },
          required: ['path', 'message'],
        },
      },
    },
    required: ['detail', 'errors'],
  },
  PreconditionError: {
    type: 'object',
    properties: {
      detail: { type: 'string' },
      current: { type: 'object', description: 'The row as it is now.' },
    },
    required: ['detail', 'current'],
  },
} satisfies Record<string, JsonSchema>

const challenge = {
  'WWW-Authenticate': {
    description: 'The Bearer challenge of RFC 6750 §3.',
    schema: { type: 'string' },
  },
} as const

const retryAfter = {
  'Retry-After': { description: 'When to try again, in seconds.', schema: { type: 'integer' } },
} as const

/** `components.responses`, by name. */
export const errorResponses = {
  BadRequest: refusal('The request is malformed.'),
  Unauthorized: { ...refusal('The token is missing, expired or invalid.'), headers: challenge },
  Forbidden: {
    ...refusal(
      'The token lacks a scope that is needed, or is no user’s; or, without a challenge, the change ' +
        'needs current_password, a sign-in or POST /api/users/me/reauthenticate within five minutes.',
    ),
    headers: challenge,
  },
  NotFound: refusal('There is no such thing, or it is not yours.'),
  PreconditionFailed: refusal(
    'The row is not what If-Match says: it was changed meanwhile.',
    'PreconditionError',
  ),
  ContentTooLarge: refusal('The body is too large.'),
  UnsupportedMediaType: refusal('The Content-Type is not application/json.'),
  ValidationError: refusal('A parameter or field breaks its rule.', 'ValidationError'),
  TooManyRequests: { ...refusal('Too many attempts.'), headers: retryAfter },
  Unavailable: { ...refusal('Overloaded, or the database is down.'), headers: retryAfter },
} satisfies Record<string, ResponseObject>

export type ErrorResponseName = keyof typeof errorResponses

/** By status, as an operation lists them. */
export const statusOfResponse: Record<ErrorResponseName, number> = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  PreconditionFailed: 412,
  ContentTooLarge: 413,
  UnsupportedMediaType: 415,
  ValidationError: 422,
  TooManyRequests: 429,
  Unavailable: 503,
}

function refusal(
  description: string,
  schema: keyof typeof errorSchemas = 'HTTPError',
): ResponseObject {
  const reference = { $ref: `#/components/schemas/${schema}` }
  return { description, content: { 'application/json': { schema: reference } } }
}
