// What FastAPI's users know, in the words of its security package and of Keycard's own surface.

import {
  expectHeader,
  expectJson,
  expectMember,
  expectOAuthError,
  expectStatus,
  expectText,
  expectThat,
} from './expect.ts'
import { type Chapter, NotOffered, type Requirement } from './requirement.ts'
import { basic, bearer, paths, readTokens, wrongPassword } from './target.ts'

const signIn: Requirement[] = [
  {
    clause: 'OAuth2PasswordRequestForm',
    sentence: 'username and password alone are enough: grant_type may be left out',
    run: async (target) => {
      readTokens(await target.askForToken(target.credentials))
    },
  },
  {
    clause: 'OAuth2PasswordRequestForm',
    sentence: 'The e-mail address does for the user name',
    async run(target) {
      const account = expectJson(await target.call((await target.session()).accessToken))
      if (typeof account.email !== 'string') throw new NotOffered('the account has no address')
      const { password } = target.credentials
      readTokens(await target.askForToken({ username: account.email, password }))
    },
  },
  {
    clause: 'HTTPException(401)',
    sentence: 'A wrong password is 401, with a Bearer challenge, where no client is named',
    async run(target) {
      const answer = await target.refusedUnnamed()
      expectOAuthError(answer, 'invalid_grant', 401)
      expectHeader(answer, 'www-authenticate', 'Bearer')
    },
  },
  {
    clause: 'HTTPException(401)',
    sentence: 'A wrong password says "Incorrect username or password" in detail',
    run: async (target) =>
      expectMember(await target.refusedUnnamed(), 'detail', 'Incorrect username or password'),
  },
  {
    clause: 'HTTPException(401)',
    sentence: 'detail and error_description say the same in every error',
    async run(target) {
      const answers = [
        await target.refusedNamed(),
        await target.askByPassword({ scope: 'no-such:scope' }),
        await target.askByPassword({ grant_type: 'no-such-grant' }),
        await target.refresh('no-token-of-yours'),
      ]
      for (const answer of answers) {
        expectMember(answer, 'detail', expectText(expectJson(answer), 'error_description'))
      }
    },
  },
  {
    clause: 'enumeration',
    sentence: 'An unknown user is told what a wrong password is told, to the byte',
    async run(target) {
      const wrong = await target.refusedUnnamed()
      const form = { username: 'nobody-has-this-name', password: wrongPassword }
      const unknown = await target.askForToken(form)
      expectOAuthError(unknown, 'invalid_grant', 401)
      expectThat(unknown.text === wrong.text, 'the answers differ')
    },
  },
  {
    clause: 'enumeration',
    sentence: 'A disabled user is told what a wrong password is told, to the byte',
    async run(target) {
      const { disabled } = target.options
      if (!disabled) throw new NotOffered('name an account that is disabled')
      const wrong = await target.refusedUnnamed()
      const refused = await target.askForToken(disabled)
      expectOAuthError(refused, 'invalid_grant', 401)
      expectThat(refused.text === wrong.text, 'the answers differ')
    },
  },
  {
    clause: 'Swagger UI',
    sentence: 'The empty client that its Authorize dialog sends counts as none',
    run: async (target) => {
      const form = { grant_type: 'password', ...target.credentials }
      readTokens(await target.askForToken(form, basic('')))
    },
  },
  {
    clause: 'POST /token',
    sentence: 'Another media type is 415, and the error says which is wanted',
    async run(target) {
      const answer = await target.send(paths.token, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      })
      expectOAuthError(answer, 'invalid_request', 415)
      const description = expectText(expectJson(answer), 'error_description')
      const wanted = 'application/x-www-form-urlencoded'
      expectThat(description.includes(wanted), `error_description does not name ${wanted}`)
    },
  },
  {
    clause: 'POST /token',
    sentence: 'A body over 16 KiB is 413, with an OAuth error in it',
    run: async (target) => {
      const answer = await target.askByPassword({ padding: 'x'.repeat(17 * 1024) })
      expectOAuthError(answer, 'invalid_request', 413)
    },
  },
  {
    clause: 'POST /token',
    sentence: 'Any other method is 405, with Allow',
    async run(target) {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const answer = await target.send(paths.token, { method })
        expectStatus(answer, 405)
        expectHeader(answer, 'allow', 'POST')
      }
    },
  },
  {
    clause: 'POST /token',
    sentence: 'No cookie is set, and no other origin is let in',
    async run(target) {
      const form = { grant_type: 'password', ...target.credentials }
      const answer = await target.askForToken(form, { origin: 'https://evil.example' })
      readTokens(answer)
      for (const name of ['set-cookie', 'access-control-allow-origin']) {
        expectThat(answer.headers[name] === undefined, `the answer has ${name}`)
      }
    },
  },
]

const calls: Requirement[] = [
  {
    clause: 'OAuth2PasswordBearer',
    sentence: 'Without a token: {"detail":"Not authenticated"}',
    async run(target) {
      const answer = await target.call()
      expectStatus(answer, 401)
      expectMember(answer, 'detail', 'Not authenticated')
    },
  },
  {
    clause: 'OAuth2PasswordBearer',
    sentence: 'With a token that is not good: {"detail":"Could not validate credentials"}',
    async run(target) {
      const answer = await target.call('abc')
      expectStatus(answer, 401)
      expectMember(answer, 'detail', 'Could not validate credentials')
    },
  },
  {
    clause: 'SecurityScopes',
    sentence: 'Without the scope: {"detail":"Not enough permissions"}',
    async run(target) {
      const { accessToken } = await target.signIn({ scope: 'items:read' })
      expectMember(await target.call(accessToken), 'detail', 'Not enough permissions')
    },
  },
  {
    clause: 'GET /api/users/me',
    sentence: 'The account has username, email, full_name and disabled',
    async run(target) {
      const answer = await target.call((await target.session()).accessToken)
      const members = expectJson(answer)
      for (const name of ['username', 'email', 'full_name', 'disabled']) {
        expectThat(name in members, `it has no ${name}`)
      }
      expectMember(answer, 'disabled', false)
    },
  },
  {
    clause: 'GET /api/users/me',
    sentence: 'A trailing slash is fine',
    async run(target) {
      const headers = bearer((await target.session()).accessToken)
      const answer = await target.send(`${paths.account}/`, { headers })
      expectStatus(answer, 200)
      expectText(expectJson(answer), 'username')
    },
  },
  {
    clause: 'RequestValidationError',
    sentence: 'Input that breaks a rule is 422, with detail and the fields',
    async run(target) {
      const { accessToken } = await target.session()
      const answer = await target.send('/api/items', {
        method: 'POST',
        headers: { ...bearer(accessToken), 'content-type': 'application/json' },
        body: '{}',
      })
      expectStatus(answer, 422)
      const members = expectJson(answer)
      expectText(members, 'detail')
      const [first] = Array.isArray(members.errors) ? members.errors : []
      expectThat(
        typeof first?.path === 'string' && typeof first.message === 'string',
        'errors is no list of path and message',
      )
    },
  },
  {
    clause: 'StarletteHTTPException',
    sentence: 'A path that is not there is 404 {"detail":"Not Found"}',
    async run(target) {
      const answer = await target.send('/api/no-such-path')
      expectStatus(answer, 404)
      expectMember(answer, 'detail', 'Not Found')
    },
  },
]

const documents: Requirement[] = [
  {
    clause: 'GET /openapi.json',
    sentence: 'The API is described in OpenAPI 3.1',
    async run(target) {
      const version = expectText(expectJson(await target.send('/openapi.json')), 'openapi')
      expectThat(version.startsWith('3.1.'), `openapi is ${version}`)
    },
  },
  {
    clause: 'GET /openapi.json',
    sentence: 'OAuth2PasswordBearer is described: the flow, its tokenUrl and the scopes',
    async run(target) {
      const { components } = expectJson(await target.send('/openapi.json')) as {
        components?: { securitySchemes?: Record<string, PasswordScheme> }
      }
      const flow = components?.securitySchemes?.OAuth2PasswordBearer?.flows?.password
      expectThat(flow?.tokenUrl?.endsWith(paths.token) === true, 'there is no such tokenUrl')
      const given = expectText(expectJson(await target.signInAnswer()), 'scope').split(' ')
      const missing = given.filter((scope) => !flow.scopes?.[scope])
      expectThat(missing.length === 0, `the scopes have no ${missing.join(', ')}`)
    },
  },
  {
    clause: 'GET /docs',
    sentence: 'The documentation is a page',
    async run(target) {
      const answer = await target.send('/docs')
      expectStatus(answer, 200)
      expectHeader(answer, 'content-type', /^text\/html\b/)
    },
  },
]

interface PasswordScheme {
  flows?: { password?: { tokenUrl?: string; scopes?: Record<string, string> } }
}

export const fastapi: Chapter = {
  source: 'FastAPI',
  title: "What FastAPI's users know",
  requirements: [...signIn, ...calls, ...documents],
}
