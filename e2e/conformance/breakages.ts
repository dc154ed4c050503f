// Ways for a server to be wrong in one respect, and the one requirement that must find each.

import type { Breakage, PassingAnswer, PassingRequest } from './breaking-proxy.ts'
import { metadataPath } from './profiles.ts'

interface NamedBreakage {
  /** Behind "a server that". */
  name: string
  /** The requirement that fails; several only where one cannot be broken without the others. */
  fails: string | string[]
  breakage: Breakage
}

const isSuccess = ({ status }: PassingAnswer, { path }: PassingRequest) =>
  path === '/token' && status === 200

/** Changes the members of the JSON answers that `applies` picks. */
function editJson(
  applies: (answer: PassingAnswer, request: PassingRequest) => boolean,
  edit: (members: Record<string, unknown>, request: PassingRequest) => void,
): Breakage {
  return {
    answer(answer, request) {
      if (!applies(answer, request)) return
      const members = JSON.parse(answer.body)
      edit(members, request)
      answer.body = JSON.stringify(members)
    },
  }
}

function editHeaders(
  applies: (answer: PassingAnswer, request: PassingRequest) => boolean,
  edit: (headers: PassingAnswer['headers']) => void,
): Breakage {
  return {
    answer(answer, request) {
      if (applies(answer, request)) edit(answer.headers)
    },
  }
}

const isUncredentialed = ({ status }: PassingAnswer, { path, headers }: PassingRequest) =>
  path === '/api/users/me' &&
  status === 401 &&
  !headers.some((text) => text.toLowerCase() === 'authorization')

const isRefusal = ({ status }: PassingAnswer, { path }: PassingRequest) =>
  path === '/token' && status >= 400

const isAccount = ({ status }: PassingAnswer, { path }: PassingRequest) =>
  path === '/api/users/me' && status === 200

function editMetadata(edit: (members: Record<string, unknown>) => void): Breakage {
  return editJson((_answer, { path }) => path === metadataPath, edit)
}

const formType = 'application/x-www-form-urlencoded'

export const breakages: NamedBreakage[] = [
  {
    name: 'lets tokens be stored',
    fails: 'Success must not be stored: Cache-Control: no-store',
    breakage: editHeaders(isSuccess, (headers) => {
      headers['cache-control'] = 'max-age=60'
    }),
  },
  {
    name: 'lets old caches store tokens',
    fails: 'Success must not be stored: Pragma: no-cache',
    breakage: editHeaders(isSuccess, (headers) => {
      headers.pragma = undefined
    }),
  },
  {
    name: 'lets errors be stored',
    fails: 'An error must not be stored either',
    breakage: editHeaders(isRefusal, (headers) => {
      headers['cache-control'] = undefined
    }),
  },
  {
    name: 'leaves token_type out',
    fails: 'Success has a token_type, which is bearer',
    breakage: editJson(isSuccess, (members) => {
      members.token_type = undefined
    }),
  },
  {
    name: 'says expires_in as a text',
    fails: [
      'expires_in is a whole number of seconds',
      'exp and iat are whole numbers, and expires_in is their difference',
      'A success says expires_in and scope, and gives a refresh token',
    ],
    breakage: editJson(isSuccess, (members) => {
      members.expires_in = String(members.expires_in)
    }),
  },
  {
    name: 'says 401 without a challenge',
    fails: 'Without a token: 401 with a Bearer challenge',
    breakage: editHeaders(isUncredentialed, (headers) => {
      headers['www-authenticate'] = undefined
    }),
  },
  {
    name: 'has an error code where there was no token',
    fails: 'Without a token the answer has no error code',
    breakage: editHeaders(isUncredentialed, (headers) => {
      headers['www-authenticate'] = 'Bearer error="invalid_token"'
    }),
  },
  {
    name: 'does not name the scope that is missing',
    fails: 'The challenge names the scope that is missing',
    breakage: editHeaders(
      ({ status }) => status === 403,
      (headers) => {
        headers['www-authenticate'] = 'Bearer error="insufficient_scope"'
      },
    ),
  },
  {
    name: 'repeats the scope it was sent',
    fails: 'An error does not repeat what was sent',
    breakage: editJson(isRefusal, (members, { body }) => {
      const scope = new URLSearchParams(body).get('scope') ?? ''
      if (!/^[\w-]+$/.test(scope)) return
      members.error_description = `${members.error_description}: ${scope}`
      members.detail = members.error_description
    }),
  },
  {
    name: 'takes JSON',
    fails: 'JSON gives no tokens',
    breakage: {
      request(request) {
        const index = request.headers.indexOf('application/json')
        if (request.path !== '/token' || index === -1 || request.body === '{}') return
        request.headers[index] = formType
        request.body = new URLSearchParams(JSON.parse(request.body)).toString()
      },
    },
  },
  {
    name: 'takes a form without a Content-Type',
    fails: 'A body without a Content-Type gives no tokens',
    breakage: {
      request({ method, headers }) {
        if (method === 'POST' && !headers.some((text) => text.toLowerCase() === 'content-type')) {
          headers.push('content-type', formType)
        }
      },
    },
  },
  {
    name: 'takes the first of two parameters',
    fails: [
      'A parameter that is there twice is refused: username',
      'A parameter that is there twice is refused: user%6Eame',
    ],
    breakage: {
      request(request) {
        request.body = request.body.replace(/&user(n|%6E)ame=somebody$/, '')
      },
    },
  },
  {
    name: 'replaces what is not UTF-8',
    fails: 'Bytes that are not UTF-8 are refused, and not replaced',
    breakage: {
      request(request) {
        request.body = request.body.replace('%FF', '%EF%BF%BD')
      },
    },
  },
  {
    name: 'leaves unknown scopes out silently',
    fails: 'An unknown scope is refused, and not left out silently',
    breakage: {
      request(request) {
        request.body = request.body.replace('+no-such%3Ascope', '')
      },
    },
  },
  {
    name: 'ignores the case of a scope',
    fails: 'Scopes are case-sensitive',
    breakage: {
      request(request) {
        request.body = request.body.replace('scope=ME', 'scope=me')
      },
    },
  },
  {
    name: 'takes the first of two Authorization headers',
    fails: 'Two Authorization headers are refused, and neither counts',
    breakage: {
      request(request) {
        const { headers } = request
        const isAuthorization = (index: number) =>
          headers[index - (index % 2)]?.toLowerCase() === 'authorization'
        const first = headers.findIndex((_text, index) => isAuthorization(index))
        request.headers = headers.filter(
          (_text, index) => index <= first + 1 || !isAuthorization(index),
        )
      },
    },
  },
  {
    name: 'is strict about the case of the scheme',
    fails: 'The scheme may be written BEARER (RFC 9110 §11.1)',
    breakage: {
      request({ headers }) {
        const index = headers.findIndex((text) => text.startsWith('BEARER '))
        if (index !== -1) headers[index] = 'Digest x'
      },
    },
  },
  {
    name: 'takes a token from the query',
    fails: 'A token in the query is not accepted (RFC 9700 §4.3.2)',
    breakage: {
      request(request) {
        const [path = '', token] = request.path.split('?access_token=')
        if (token === undefined || request.headers.includes(`Bearer ${token}`)) return
        request.path = path
        request.headers.push('authorization', `Bearer ${token}`)
      },
    },
  },
  {
    name: 'says 401 where a scope is missing',
    fails: 'A token without the scope is 403 with error="insufficient_scope"',
    breakage: {
      answer(answer) {
        if (answer.status === 403) answer.status = 401
      },
    },
  },
  {
    name: 'has no detail beside error_description',
    fails: [
      'A wrong password says "Incorrect username or password" in detail',
      'detail and error_description say the same in every error',
    ],
    breakage: editJson(isRefusal, (members) => {
      members.detail = undefined
    }),
  },
  {
    name: 'reveals whether a user is known',
    fails: 'An unknown user gets the answer of a wrong password, to the byte',
    breakage: editJson(isRefusal, (members, { body }) => {
      if (body.includes('nobody-has-this-name')) members.detail = 'Unknown user'
    }),
  },
  {
    name: 'reveals that a user is disabled',
    fails: 'A disabled user gets the answer of a wrong password, to the byte',
    breakage: editJson(isRefusal, (members, { body }) => {
      if (body.includes('username=alice')) members.detail = 'Inactive user'
    }),
  },
  {
    name: 'allows every origin',
    fails: 'No cookie is set, and no other origin is allowed',
    breakage: editHeaders(isSuccess, (headers) => {
      headers['access-control-allow-origin'] = '*'
    }),
  },
  {
    name: 'answers a wrong password as the RFC does, where no client is named',
    fails: 'A wrong password is 401, with a Bearer challenge, where no client is named',
    breakage: editHeaders(
      ({ status }, { path, body }) =>
        path === '/token' && status === 401 && body.includes('username=johndoe'),
      (headers) => {
        headers['www-authenticate'] = 'Basic'
      },
    ),
  },
  {
    name: 'accepts a padded signature',
    fails: [
      'A token is refused where the signature is padded',
      'A forged token is invalid_token, however it is forged',
    ],
    breakage: {
      request({ headers }) {
        const index = headers.findIndex((text) => /^Bearer [^.]+\.[^.]+\.[^.]+==$/.test(text))
        if (index !== -1) headers[index] = headers[index]?.replace(/=+$/, '') ?? ''
      },
    },
  },
  {
    name: 'leaves unknown scopes out, and does not say so',
    fails: [
      'A scope that is not given in full is reported: invalid_scope, or what is given',
      'An unknown scope is refused, and not left out silently',
    ],
    breakage: {
      request(request) {
        if (!request.body.includes('+no-such%3Ascope')) return
        request.body = request.body.replace('+no-such%3Ascope', '')
        request.headers.push('x-scope', 'left out')
      },
      ...editJson(
        (answer, request) => isSuccess(answer, request) && request.headers.includes('x-scope'),
        (members) => {
          members.scope = undefined
        },
      ),
    },
  },
  {
    name: 'takes a grant_type in any case',
    fails: 'grant_type is case-sensitive',
    breakage: {
      request(request) {
        request.body = request.body.replace(/grant_type=password/i, 'grant_type=password')
      },
    },
  },
  {
    name: 'trims passwords',
    fails: 'A password is taken as it was sent: not trimmed, not in another case',
    breakage: {
      request(request) {
        const form = new URLSearchParams(request.body)
        const password = form.get('password') ?? ''
        if (request.path !== '/token' || password === password.trim()) return
        form.set('password', password.trim())
        request.body = form.toString()
      },
    },
  },
  {
    name: 'takes passwords in any case',
    fails: 'A password is taken as it was sent: not trimmed, not in another case',
    breakage: {
      request(request) {
        request.body = request.body.replace('password=SECRET', 'password=secret')
      },
    },
  },
  {
    name: 'takes a token behind Basic',
    fails: 'The scheme is Bearer: a token behind another one is not accepted',
    breakage: {
      request({ headers }) {
        const index = headers.findIndex((text) => /^Basic [^.]+\.[^.]+\.[^.]+$/.test(text))
        if (index !== -1) headers[index] = headers[index]?.replace('Basic', 'Bearer') ?? ''
      },
    },
  },
  {
    name: 'shows the hash of the password',
    fails: 'The answer of the protected call holds no password, and no hash of one',
    breakage: editJson(isAccount, (members) => {
      members.hashed_password = 'not even one that is known'
    }),
  },
  {
    name: 'shows the hash of the password by another name, further down',
    fails: 'The answer of the protected call holds no password, and no hash of one',
    breakage: editJson(isAccount, (members) => {
      members.profile = { login: ['$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA'] }
    }),
  },
  {
    name: 'sends another header for known users',
    fails: 'The headers do not reveal who is known either',
    breakage: editHeaders(
      (answer, request) => isRefusal(answer, request) && request.body.includes('username=johndoe'),
      (headers) => {
        headers['x-user-id'] = '17'
      },
    ),
  },
  {
    name: 'states a grant that it does not support',
    fails: 'Every grant that is stated is supported at the token endpoint',
    breakage: editMetadata((members) => {
      members.grant_types_supported = [
        ...[members.grant_types_supported].flat(),
        'urn:ietf:params:oauth:grant-type:jwt-bearer',
      ]
    }),
  },
  {
    name: 'states the authorization code, and has no endpoint for it',
    fails: [
      'Every grant that is stated is supported at the token endpoint',
      'The endpoints that the grants need are stated',
    ],
    breakage: editMetadata((members) => {
      members.grant_types_supported = ['password', 'refresh_token', 'authorization_code']
    }),
  },
  {
    name: 'states an endpoint that does not exist',
    fails: 'Every endpoint that is stated exists',
    breakage: editMetadata((members) => {
      members.registration_endpoint = `${members.issuer}/register-a-client`
    }),
  },
]

/** Harmless ways for a server to be different: nothing fails. */
export const variations: { name: string; breakage: Breakage }[] = [
  {
    name: 'gives no refresh token',
    breakage: editJson(isSuccess, (members) => {
      members.refresh_token = undefined
    }),
  },
  {
    name: 'leaves the scope out where it is what was asked for',
    breakage: editJson(
      (answer, request) => isSuccess(answer, request) && /scope=[^&]/.test(request.body),
      (members) => {
        members.scope = undefined
      },
    ),
  },
  {
    name: 'says no expires_in',
    breakage: editJson(isSuccess, (members) => {
      members.expires_in = undefined
    }),
  },
  {
    name: 'has other challenges beside Bearer',
    breakage: editHeaders(
      ({ headers }) => headers['www-authenticate'] !== undefined,
      (headers) => {
        headers['www-authenticate'] =
          `Negotiate, ${headers['www-authenticate']}, Basic realm="a, b"`
      },
    ),
  },
  {
    name: 'takes a multipart form and a second Authorization header',
    breakage: {
      request(request) {
        const first = request.headers.indexOf('authorization')
        request.headers = request.headers.filter(
          (_text, index) =>
            index <= first + 1 || request.headers[index - (index % 2)] !== 'authorization',
        )
      },
    },
  },
  {
    name: 'asks to try again in a moment, every other time',
    breakage: {
      request(request) {
        // Not checked, or each wrong password would count twice.
        if (request.path === '/token' && ++timesAsked % 2 === 1) request.path = busyPath
      },
      answer(answer, { path }) {
        if (path !== busyPath) return
        answer.status = 429
        answer.headers['retry-after'] = '0'
        answer.body = '{}'
      },
    },
  },
]

const busyPath = '/busy'
let timesAsked = 0
