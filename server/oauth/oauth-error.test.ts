// What each error becomes at the OAuth2 endpoints (RFC 6749 §5.2).

import { expect, test } from 'vitest'
import { AppError, type ErrorReason, errorReasons } from '../contract/app-error.ts'
import { type ClientNaming, toOAuthError } from './oauth-error.ts'

const named: ClientNaming = { named: true, usedBasic: false, usedBearer: false }
const answerTo = (reason: ErrorReason, client = named) =>
  toOAuthError(new AppError(reason, 'What is wrong'), client)

test('every reason has a code and a status; a reason that no OAuth2 endpoint has is an internal error', () => {
  const answers = errorReasons.map((reason) => {
    const { body, status } = answerTo(reason)
    return `${reason}: ${body.error} ${status}`
  })
  expect(answers).toEqual([
    'not_authenticated: invalid_client 401',
    'token_expired: invalid_token 401',
    'invalid_token: invalid_token 401',
    'insufficient_scope: insufficient_scope 403',
    'invalid_request: invalid_request 400',
    'invalid_input: invalid_request 400',
    'invalid_credentials: invalid_grant 400',
    'unknown_passkey: server_error 500',
    'registration_closed: server_error 500',
    'reauthentication_required: server_error 500',
    'invalid_grant: invalid_grant 400',
    'invalid_client: invalid_client 400',
    'unauthorized_client: unauthorized_client 400',
    'unsupported_grant_type: unsupported_grant_type 400',
    'invalid_scope: invalid_scope 400',
    'cross_site: invalid_request 403',
    'other_address: server_error 500',
    'mail_not_set_up: server_error 500',
    'not_found: server_error 500',
    'conflict: server_error 500',
    'changed_elsewhere: server_error 500',
    'payload_too_large: invalid_request 413',
    'unsupported_media_type: invalid_request 415',
    'too_many_requests: slow_down 429',
    'overloaded: temporarily_unavailable 503',
    'unavailable: temporarily_unavailable 503',
  ])
})

test('an unexpected error reveals nothing', () => {
  expect(toOAuthError(undefined, named)).toMatchObject({
    status: 500,
    headers: {},
    body: { error: 'server_error', error_description: 'Something went wrong on our side' },
  })
})

test('a wrong password is 401 with a Bearer challenge where no client is named', () => {
  expect(answerTo('invalid_credentials', { ...named, named: false })).toMatchObject({
    status: 401,
    headers: { 'www-authenticate': expect.stringMatching(/^Bearer/) },
  })
  expect(answerTo('invalid_credentials').headers).toEqual({})
})

test('a client that used Basic is challenged with Basic', () => {
  expect(answerTo('invalid_client', { ...named, usedBasic: true })).toMatchObject({
    status: 401,
    headers: { 'www-authenticate': 'Basic realm="keycard"' },
  })
  expect(answerTo('invalid_client').headers).toEqual({})
})

test('says when to try again, where that is known', () => {
  const error = new AppError('unavailable', 'Later', { retryAfterSeconds: 7 })
  expect(toOAuthError(error, named).headers).toEqual({ 'retry-after': '7' })
  expect(answerTo('unavailable').headers).toEqual({})
})

test('a description uses only the characters of RFC 6749 §5.2', () => {
  const error = new AppError('invalid_request', 'say "a\\b" in Köln')
  const description = `say 'a?b' in K?ln`
  expect(toOAuthError(error, named).body).toEqual({
    error: 'invalid_request',
    error_description: description,
    detail: description,
  })
})
