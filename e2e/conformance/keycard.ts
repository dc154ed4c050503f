// What Keycard promises beyond the specifications: where it is stricter, and its own words.

import { createHash } from 'node:crypto'
import {
  expectChallenge,
  expectHeader,
  expectJson,
  expectMember,
  expectOAuthError,
  expectParam,
  expectStatus,
  expectText,
  expectThat,
} from './expect.ts'
import { readJwt } from './jwt.ts'
import { type Chapter, NotOffered, type Requirement } from './requirement.ts'
import { readKeys } from './rfc7517.ts'
import { forgeries } from './rfc8725.ts'
import { refreshTwice } from './rfc9700.ts'
import type { Answer } from './send.ts'
import { bearer, readTokens, type Target, wrongPassword } from './target.ts'

const requests: Requirement[] = [
  {
    clause: 'POST /token',
    sentence: 'JSON gives no tokens',
    async run(target) {
      const fields = { grant_type: 'password', ...target.credentials, ...target.clientFields }
      const answer = await target.send(target.paths.token, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fields),
      })
      expectOAuthError(answer, 'invalid_request', 400, 415)
    },
  },
  {
    clause: 'POST /token',
    sentence: 'A multipart form gives no tokens',
    async run(target) {
      const fields = { grant_type: 'password', ...target.credentials, ...target.clientFields }
      const parts = Object.entries(fields).map(
        ([name, value]) =>
          `--edge\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      )
      const answer = await target.send(target.paths.token, {
        method: 'POST',
        headers: { 'content-type': 'multipart/form-data; boundary=edge' },
        body: `${parts.join('')}--edge--\r\n`,
      })
      expectOAuthError(answer, 'invalid_request', 400, 415)
    },
  },
  {
    clause: 'POST /token',
    sentence: 'A body without a Content-Type gives no tokens',
    async run(target) {
      const form = new URLSearchParams({ grant_type: 'password', ...target.credentials })
      const answer = await target.send(target.paths.token, {
        method: 'POST',
        body: form.toString(),
      })
      expectOAuthError(answer, 'invalid_request', 400, 415)
    },
  },
  {
    clause: 'POST /token',
    sentence: 'Another media type is 415, and the error names the one that is accepted',
    async run(target) {
      const answer = await target.send(target.paths.token, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      })
      expectOAuthError(answer, 'invalid_request', 415)
      expectNamed(answer, 'application/x-www-form-urlencoded')
    },
  },
  {
    clause: 'POST /token',
    sentence: 'Bytes that are not UTF-8 are refused, and not replaced',
    run: (target) => expectUnreadable(target, '%FF'),
  },
  {
    clause: 'POST /token',
    sentence: 'Broken percent-encoding is refused',
    run: (target) => expectUnreadable(target, '%zz'),
  },
  {
    clause: 'POST /token',
    sentence: 'A body over 16 KiB is 413, with an OAuth error in it',
    run: async (target) =>
      expectOAuthError(
        await target.askByPassword({ padding: 'x'.repeat(17 * 1024) }),
        'invalid_request',
        413,
      ),
  },
  {
    clause: 'POST /token',
    sentence: 'A missing parameter is named',
    async run(target) {
      for (const name of ['username', 'password']) {
        expectNamed(await target.askByPassword({ [name]: '' }), name)
      }
      expectNamed(await target.refresh(''), 'refresh_token')
    },
  },
  {
    clause: 'POST /token',
    sentence: 'An unknown scope is refused, and not left out silently',
    async run(target) {
      const { call } = target.requireScopes()
      const answer = await target.askByPassword({ scope: `${call} no-such:scope` })
      expectOAuthError(answer, 'invalid_scope', 400)
    },
  },
  {
    clause: 'POST /token',
    sentence: 'A success says expires_in and scope, and gives a refresh token',
    async run(target) {
      const answer = await target.unscopedAnswer()
      const members = expectJson(answer)
      expectThat(Number.isSafeInteger(members.expires_in), 'there is no expires_in')
      expectText(members, 'scope')
      expectText(members, 'refresh_token')
    },
  },
  {
    clause: 'POST /token',
    sentence: 'No cookie is set, and no other origin is allowed',
    async run(target) {
      const form = { grant_type: 'password', ...target.credentials }
      const foreign = await target.askForToken(form, { origin: 'https://evil.example' })
      for (const { headers } of [await target.unscopedAnswer(), foreign]) {
        for (const name of ['set-cookie', 'access-control-allow-origin']) {
          expectThat(headers[name] === undefined, `the answer has ${name}`)
        }
      }
    },
  },
  {
    clause: 'POST /token',
    sentence: 'The email address works as the username',
    async run(target) {
      const account = expectJson(await target.call((await target.session()).accessToken))
      if (typeof account.email !== 'string') throw new NotOffered('the account has no address')
      const { password } = target.credentials
      readTokens(await target.askForToken({ username: account.email, password }))
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
]

const errors: Requirement[] = [
  {
    clause: 'errors',
    sentence: 'An error must not be stored either',
    async run(target) {
      const answer = await target.refused()
      expectText(expectJson(answer), 'error')
      expectHeader(answer, 'cache-control', /\bno-store\b/)
    },
  },
  {
    clause: 'errors',
    sentence: 'An error does not repeat what was sent',
    async run(target) {
      const secret = 'r3peat-Me-Not'
      const answers = [
        await target.askByPassword({ scope: secret }),
        await target.askByPassword({ grant_type: secret }),
        await target.askByPassword({ client_id: secret }),
        await target.askForToken(`${secret}=1&${secret}=2`),
        await target.refused(),
      ]
      for (const answer of answers) {
        expectText(expectJson(answer), 'error')
        const repeated = [secret, wrongPassword].some((text) => answer.text.includes(text))
        expectThat(!repeated, `the answer (${answer.status}) repeats what was sent`)
      }
    },
  },
  {
    clause: 'errors',
    sentence: 'Where no client is named, a wrong password is invalid_grant all the same',
    run: async (target) => expectOAuthError(await target.refusedUnnamed(), 'invalid_grant', 401),
  },
  {
    clause: 'errors',
    sentence: 'detail and error_description say the same in every error',
    async run(target) {
      const answers = [
        await target.refused(),
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
    clause: 'errors',
    sentence: 'A disabled user gets the answer of a wrong password, to the byte',
    async run(target) {
      const { disabled } = target.options
      if (!disabled) throw new NotOffered('name an account that is disabled')
      const wrong = await target.refused()
      const refused = await target.askByPassword({ ...disabled })
      expectOAuthError(refused, 'invalid_grant', 400)
      expectThat(refused.text === wrong.text, 'the answers differ')
    },
  },
]

const calls: Requirement[] = [
  {
    clause: 'GET /api/users/me',
    sentence: 'The account is the one that signed in, and the answer is not stored',
    async run(target) {
      const answer = await target.call((await target.session()).accessToken)
      const { username, email } = expectJson(answer)
      const { username: typed } = target.credentials
      expectThat(typed === username || typed === email, 'it is another one')
      expectHeader(answer, 'cache-control', /\b(no-store|private)\b/)
    },
  },
  {
    clause: 'GET /api/users/me',
    sentence: 'A trailing slash is accepted',
    async run(target) {
      const headers = bearer((await target.session()).accessToken)
      const answer = await target.send(`${target.requireCall()}/`, { headers })
      expectStatus(answer, 200)
      expectText(expectJson(answer), 'username')
    },
  },
  {
    clause: 'GET /api/users/me',
    sentence: 'Two Authorization headers are refused, and neither counts',
    async run(target) {
      const { authorization } = bearer((await target.session()).accessToken)
      expectStatus(await target.callWith({ authorization: [authorization, 'Bearer x'] }), 400)
      expectStatus(await target.callWith({ authorization: ['Bearer x', authorization] }), 400)
    },
  },
  {
    clause: 'GET /api/users/me',
    sentence: 'A token in the header and one in the query are refused together',
    async run(target) {
      const { accessToken } = await target.session()
      const path = `${target.requireCall()}?access_token=${accessToken}`
      expectStatus(await target.send(path, { headers: bearer(accessToken) }), 400)
    },
  },
  {
    clause: 'GET /api/users/me',
    sentence: 'The challenge names the scope that is missing',
    async run(target) {
      const { call, other } = target.requireScopes()
      const answer = await target.call((await target.signIn({ scope: other })).accessToken)
      expectParam(expectChallenge(answer, 'bearer'), 'scope', call)
    },
  },
  {
    clause: 'GET /api/users/me',
    sentence: 'A forged token is invalid_token, however it is forged',
    async run(target) {
      const jwt = readJwt((await target.session()).accessToken)
      for (const forge of Object.values(forgeries)) {
        const answer = await target.call(forge(jwt))
        expectStatus(answer, 401)
        expectParam(expectChallenge(answer, 'bearer'), 'error', 'invalid_token')
      }
    },
  },
  {
    clause: 'PATCH /api/users/me',
    sentence: 'Input that breaks a rule is 422, with detail and the fields',
    async run(target) {
      const { accessToken } = readTokens(await target.unscopedAnswer())
      const answer = await target.send('/api/users/me', {
        method: 'PATCH',
        headers: { ...bearer(accessToken), 'content-type': 'application/json' },
        body: '{"full_name":5}',
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
]

/** RFC 7638 §3.2 and RFC 8037 §2: the members of a thumbprint, in alphabetical order. */
const thumbprintMembers: Record<string, string[]> = {
  EC: ['crv', 'kty', 'x', 'y'],
  OKP: ['crv', 'kty', 'x'],
  RSA: ['e', 'kty', 'n'],
}

const tokens: Requirement[] = [
  {
    clause: 'tokens',
    sentence: 'An access token is at+jwt (RFC 9068 §2.1)',
    async run(target) {
      const { typ } = readJwt((await target.session()).accessToken).header
      expectThat(typ === 'at+jwt', `typ is ${JSON.stringify(typ) ?? 'absent'}`)
    },
  },
  {
    clause: 'tokens',
    sentence: 'The kid is the thumbprint of the key (RFC 7638 §3)',
    async run(target) {
      for (const key of await readKeys(target)) {
        const members = thumbprintMembers[expectText(key, 'kty')]
        expectThat(members !== undefined, 'a key has a kty of no asymmetric key')
        const text = JSON.stringify(Object.fromEntries(members.map((name) => [name, key[name]])))
        const thumbprint = createHash('sha256').update(text).digest('base64url')
        expectThat(key.kid === thumbprint, `kid is ${String(key.kid)}, but should be ${thumbprint}`)
      }
    },
  },
  {
    clause: 'tokens',
    sentence: 'Using a refresh token again ends the access tokens too',
    async run(target) {
      const [first, , third] = await refreshTwice(target)
      expectStatus(await target.call(third.accessToken), 200)
      await target.refresh(first.refreshToken)
      expectStatus(await target.call(third.accessToken), 401)
    },
  },
]

export const keycard: Chapter = {
  source: 'Keycard',
  title: 'What Keycard promises beyond the specifications',
  profiles: ['keycard'],
  requirements: [...requests, ...errors, ...calls, ...tokens, ...documents],
}

function expectNamed(answer: Answer, name: string): void {
  const description = expectText(expectJson(answer), 'error_description')
  expectThat(description.includes(name), `error_description does not name ${name}`)
}

async function expectUnreadable(target: Target, encodedPassword: string): Promise<void> {
  const answer = await target.askForToken(passwordForm(target, encodedPassword))
  expectOAuthError(answer, 'invalid_request', 400)
}

/** `password` as it stands, already encoded. */
function passwordForm(target: Target, encodedPassword: string): string {
  const { username } = target.credentials
  const form = new URLSearchParams({ grant_type: 'password', username, ...target.clientFields })
  return `${form}&password=${encodedPassword}`
}
