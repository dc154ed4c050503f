// The behaviour FastAPI's users know, in the words of its security package and its tutorial.

import {
  expectChallenge,
  expectHeader,
  expectJson,
  expectMember,
  expectStatus,
  expectText,
  expectThat,
} from './expect.ts'
import type { Chapter, Requirement } from './requirement.ts'
import { basic, readTokens } from './target.ts'

const signIn: Requirement[] = [
  {
    clause: 'OAuth2PasswordRequestForm',
    sentence: 'username and password alone are enough: grant_type may be left out',
    run: async (target) => {
      readTokens(await target.askForToken({ ...target.credentials }))
    },
  },
  {
    clause: 'HTTPException(401)',
    sentence: 'A wrong password is 401, with a Bearer challenge, where no client is named',
    async run(target) {
      const answer = await target.refusedUnnamed()
      expectStatus(answer, 401)
      expectChallenge(answer, 'bearer')
    },
  },
  {
    clause: 'HTTPException(401)',
    sentence: 'A wrong password says "Incorrect username or password" in detail',
    run: async (target) =>
      expectMember(await target.refusedUnnamed(), 'detail', 'Incorrect username or password'),
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
    sentence: 'Any other method is 405, with Allow',
    async run(target) {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const answer = await target.send(target.paths.token, { method })
        expectStatus(answer, 405)
        expectHeader(answer, 'allow', 'POST')
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
      const { other } = target.requireScopes()
      const { accessToken } = await target.signIn({ scope: other })
      expectMember(await target.call(accessToken), 'detail', 'Not enough permissions')
    },
  },
  {
    clause: 'GET /users/me',
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
    sentence: 'The API is described in OpenAPI 3',
    async run(target) {
      const version = expectText(expectJson(await target.send('/openapi.json')), 'openapi')
      expectThat(version.startsWith('3.'), `openapi is ${version}`)
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
      const { href } = new URL(flow?.tokenUrl ?? '', target.options.url)
      expectThat(href === new URL(target.paths.token, target.options.url).href, 'no such tokenUrl')
      const { scope } = expectJson(await target.unscopedAnswer())
      const given = typeof scope === 'string' ? scope.split(' ') : []
      const missing = given.filter((name) => !flow?.scopes?.[name])
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
  title: "The behaviour that FastAPI's users know",
  profiles: ['keycard', 'fastapi'],
  requirements: [...signIn, ...calls, ...documents],
}
