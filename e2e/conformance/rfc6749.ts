// RFC 6749, The OAuth 2.0 Authorization Framework: the token endpoint, password and refresh grants.

import {
  expectChallenge,
  expectHeader,
  expectJson,
  expectOAuthError,
  expectRefused,
  expectStatus,
  expectText,
  expectThat,
} from './expect.ts'
import { readJwt } from './jwt.ts'
import { type Chapter, NotOffered, type Requirement } from './requirement.ts'
import type { Answer } from './send.ts'
import { basic, fieldsOf, readTokens, requireRefreshToken } from './target.ts'

const clients: Requirement[] = [
  {
    clause: '§2.3',
    sentence: 'A client that is named in two ways is refused',
    async run(target) {
      const { id, secret } = target.requireClient()
      const other = fieldsOf(target.requireOtherClient())
      const form = { grant_type: 'password', ...target.credentials, ...other }
      expectOAuthError(await target.askForToken(form, basic(id, secret)), 'invalid_request', 400)
    },
  },
  {
    clause: '§2.3.1',
    sentence: 'The client in the Basic header is form-decoded',
    async run(target) {
      const { id, secret } = target.requireClient()
      const form = { grant_type: 'password', ...target.credentials }
      if ((await target.askForToken(form, basic(id, secret))).status !== 200) {
        throw new NotOffered('this client is not taken by Basic')
      }
      readTokens(await target.askForToken(form, basic(encodeFirst(id), secret)))
    },
  },
  {
    clause: '§5.2',
    sentence: 'An unknown client is invalid_client, with 400 or 401',
    async run(target) {
      target.requireClient()
      const answer = await target.askByPassword({ client_id: 'nobody-knows-me' })
      expectOAuthError(answer, 'invalid_client', 400, 401)
    },
  },
  {
    clause: '§5.2',
    sentence: 'Where the unknown client used Basic, it is 401 with a Basic challenge',
    async run(target) {
      target.requireClient()
      const form = { grant_type: 'password', ...target.credentials }
      const answer = await target.askForToken(form, basic('nobody-knows-me', 'a-secret'))
      expectOAuthError(answer, 'invalid_client', 401)
      expectChallenge(answer, 'basic')
    },
  },
]

const requests: Requirement[] = [
  {
    clause: '§3.2',
    sentence: 'Tokens are given for POST only, and nothing is read from the query',
    async run(target) {
      const grant = { grant_type: 'password', ...target.credentials, ...target.clientFields }
      const path = `${target.paths.token}?${new URLSearchParams(grant)}`
      expectRefused(await target.send(path))
      expectRefused(await target.post(path, ''))
    },
  },
  {
    clause: '§3.2',
    sentence: 'Unknown parameters are ignored',
    run: async (target) => {
      readTokens(await target.askByPassword({ audience: 'x', resource_owner: 'y' }))
    },
  },
  {
    clause: '§3.2',
    sentence: 'A parameter without a value counts as omitted: an empty scope',
    async run(target) {
      const [empty, none] = [
        await target.askByPassword({ scope: '' }),
        await target.unscopedAnswer(),
      ]
      expectStatus(empty, none.status)
      const usual = expectJson(none)
      // '' and a missing value both mean no scope.
      const said = ({ scope }: Record<string, unknown>) => scope || undefined
      expectThat(said(expectJson(empty)) === said(usual), 'the scope that is given differs')
    },
  },
  {
    clause: '§3.2',
    sentence: 'A parameter without a value counts as omitted: an empty password',
    run: async (target) =>
      expectOAuthError(await target.askByPassword({ password: '' }), 'invalid_request', 400),
  },
  ...['username', 'user%6Eame'].map(
    (spelt): Requirement => ({
      clause: '§3.2',
      sentence: `A parameter that is there twice is refused: ${spelt}`,
      async run(target) {
        const form = new URLSearchParams({ ...target.clientFields, ...target.credentials })
        const twice = `grant_type=password&${form}&${spelt}=somebody`
        expectOAuthError(await target.askForToken(twice), 'invalid_request', 400)
      },
    }),
  ),
  {
    clause: '§4.3.2',
    sentence: 'grant_type is required',
    async run(target) {
      const form = { ...target.credentials, ...target.clientFields }
      expectOAuthError(await target.askForToken(form), 'invalid_request', 400)
    },
  },
  {
    clause: '§4.3.2',
    sentence: 'grant_type is case-sensitive',
    async run(target) {
      for (const grant of ['Password', 'PASSWORD']) {
        expectRefused(await target.askByPassword({ grant_type: grant }))
      }
    },
  },
  {
    clause: '§5.2',
    sentence: 'An unknown grant is unsupported_grant_type',
    run: async (target) =>
      expectOAuthError(
        await target.askByPassword({ grant_type: 'urn:example:unknown' }),
        'unsupported_grant_type',
        400,
      ),
  },
  ...['username', 'password'].map(
    (name): Requirement => ({
      clause: '§4.3.2',
      sentence: `${name} is required`,
      async run(target) {
        const form = { grant_type: 'password', ...target.credentials, ...target.clientFields }
        const without = Object.entries(form).filter(([field]) => field !== name)
        const answer = await target.askForToken(Object.fromEntries(without))
        expectOAuthError(answer, 'invalid_request', 400)
      },
    }),
  ),
]

const scopes: Requirement[] = [
  {
    clause: '§3.3',
    sentence: 'The scope that was asked for is given',
    async run(target) {
      const { call } = target.requireScopes()
      const answer = await target.askByPassword({ scope: call })
      readTokens(answer)
      expectThat(readScope(answer, call) === call, 'the answer says another scope')
    },
  },
  {
    clause: '§3.3',
    sentence: 'Scopes are case-sensitive',
    async run(target) {
      const { call } = target.requireScopes()
      const other = call === call.toUpperCase() ? call.toLowerCase() : call.toUpperCase()
      if (other === call) throw new NotOffered(`the scope ${call} has no letters`)
      const answer = await target.askByPassword({ scope: other })
      if (answer.status !== 200) return expectOAuthError(answer, 'invalid_scope', 400)
      expectThat(!readScope(answer, other).split(' ').includes(call), `${call} is given for it`)
      if (target.paths.call === undefined) return
      const { accessToken } = readTokens(answer)
      expectThat((await target.call(accessToken)).status !== 200, `it opens what needs ${call}`)
    },
  },
  {
    clause: '§3.3',
    sentence: 'A scope that is not given in full is reported: invalid_scope, or what is given',
    async run(target) {
      const { call } = target.requireScopes()
      const answer = await target.askByPassword({ scope: `${call} no-such:scope` })
      if (answer.status !== 200) return expectOAuthError(answer, 'invalid_scope', 400)
      if (expectJson(answer).scope !== undefined) return
      // If left out, all of it was given, as some servers do.
      const given = readScopeClaim(answer).split(' ')
      expectThat(given.includes('no-such:scope'), 'it is left out silently')
    },
  },
  {
    clause: '§3.3',
    sentence: 'No scope outside the grammar is given',
    async run(target) {
      const { call } = target.requireScopes()
      const answer = await target.askByPassword({ scope: `${call} "quoted"` })
      if (answer.status !== 200) return expectOAuthError(answer, 'invalid_scope', 400)
      expectThat(!readScope(answer, '"quoted"').includes('"'), 'it is')
    },
  },
  {
    clause: '§5.1',
    sentence: 'The given scope is stated where none was asked for',
    async run(target) {
      target.requireScopes()
      const answer = await target.unscopedAnswer()
      if (answer.status !== 200) return expectOAuthError(answer, 'invalid_scope', 400)
      if (typeof expectJson(answer).scope === 'string') return
      // Neither asked for nor mentioned: then none is given.
      const { accessToken } = readTokens(answer)
      expectThat((await target.call(accessToken)).status !== 200, 'none is said, and one is given')
    },
  },
]

const successes: Requirement[] = [
  {
    clause: '§5.1',
    sentence: 'Success is 200 with an access_token',
    run: async (target) => {
      readTokens(await target.signInAnswer())
    },
  },
  {
    clause: '§5.1',
    sentence: 'Success is application/json',
    run: async (target) =>
      expectHeader(await target.signInAnswer(), 'content-type', /^application\/json\b/),
  },
  {
    clause: '§5.1',
    sentence: 'Success has a token_type, which is bearer',
    async run(target) {
      const type = expectJson(await target.signInAnswer()).token_type
      expectThat(
        typeof type === 'string' && type.toLowerCase() === 'bearer',
        `token_type is ${JSON.stringify(type) ?? 'absent'}, but should be "bearer"`,
      )
    },
  },
  {
    clause: '§5.1',
    sentence: 'expires_in is a whole number of seconds',
    async run(target) {
      const seconds = expectJson(await target.signInAnswer()).expires_in
      if (seconds === undefined) throw new NotOffered('it gives no expires_in')
      expectThat(
        Number.isSafeInteger(seconds) && Number(seconds) > 0,
        `expires_in is ${JSON.stringify(seconds)}`,
      )
    },
  },
  {
    clause: '§5.1',
    sentence: 'Success must not be stored: Cache-Control: no-store',
    run: async (target) =>
      expectHeader(await target.signInAnswer(), 'cache-control', /\bno-store\b/),
  },
  {
    clause: '§5.1',
    sentence: 'Success must not be stored: Pragma: no-cache',
    run: async (target) => expectHeader(await target.signInAnswer(), 'pragma', 'no-cache'),
  },
]

const errors: Requirement[] = [
  {
    clause: '§5.2',
    sentence: 'A wrong password is 400 invalid_grant',
    run: async (target) => expectOAuthError(await target.refused(), 'invalid_grant', 400),
  },
  {
    clause: '§5.2',
    sentence: 'An error is application/json',
    async run(target) {
      const answer = await target.refused()
      expectRefused(answer)
      expectHeader(answer, 'content-type', /^application\/json\b/)
    },
  },
  {
    clause: '§5.2',
    sentence: 'error and error_description use only the allowed characters',
    async run(target) {
      const members = expectJson(await target.askByPassword({ grant_type: 'caf\u00e9 "\\' }))
      if (members.error === undefined) throw new NotOffered('its errors have no error code')
      for (const name of ['error', 'error_description']) {
        if (members[name] === undefined) continue
        expectThat(
          /^[\x20\x21\x23-\x5B\x5D-\x7E]+$/.test(expectText(members, name)),
          `${name} has a character that is not allowed in it`,
        )
      }
    },
  },
]

const refreshes: Requirement[] = [
  {
    clause: '§6',
    sentence: 'A refresh token gives a new access token',
    async run(target) {
      const first = await target.startSession()
      const second = readTokens(await target.refresh(first.refreshToken))
      expectThat(second.accessToken !== first.accessToken, 'the access token is the same one')
      if (target.paths.call !== undefined) {
        expectStatus(await target.call(second.accessToken), 200)
      }
    },
  },
  {
    clause: '§6',
    sentence: 'refresh_token is required',
    async run(target) {
      await target.startSession()
      expectOAuthError(await target.refresh(''), 'invalid_request', 400)
    },
  },
  {
    clause: '§5.2',
    sentence: 'An invented refresh token is 400 invalid_grant',
    async run(target) {
      await target.startSession()
      expectOAuthError(await target.refresh('no-token-of-yours'), 'invalid_grant', 400)
    },
  },
  {
    clause: '§6',
    sentence: 'A refresh token is bound to its client',
    async run(target) {
      const thief = fieldsOf(target.requireOtherClient())
      const { refreshToken } = await target.startSession()
      expectOAuthError(await target.refresh(refreshToken, thief), 'invalid_grant', 400)
      readTokens(await target.refresh(refreshToken))
    },
  },
  {
    clause: '§6',
    sentence: 'A refresh may ask for less than was granted',
    async run(target) {
      const { call, other } = target.requireScopes()
      const { refreshToken } = await target.startSession({ scope: `${call} ${other}` })
      const answer = await target.refresh(refreshToken, { scope: call })
      readTokens(answer)
      expectThat(readScope(answer, call) === call, 'the answer says another scope')
    },
  },
  {
    clause: '§6',
    sentence: 'A refresh never gives more than was granted',
    async run(target) {
      const { call, other } = target.requireScopes()
      const { refreshToken } = await target.startSession({ scope: call })
      const wider = await target.refresh(refreshToken, { scope: `${call} ${other}` })
      if (wider.status !== 200) return expectOAuthError(wider, 'invalid_scope', 400)
      const given = readScope(wider, `${call} ${other}`).split(' ')
      expectThat(!given.includes(other), `${other} is given`)
    },
  },
  {
    clause: '§6',
    sentence: 'Asking for less once leaves the next refresh token unchanged',
    async run(target) {
      const { call, other } = target.requireScopes()
      const all = `${call} ${other}`
      const { refreshToken } = await target.startSession({ scope: all })
      const narrowed = readTokens(await target.refresh(refreshToken, { scope: call }))
      const next = requireRefreshToken(narrowed)
      expectThat(readScope(await target.refresh(next.refreshToken), all) === all, 'it does not')
    },
  },
]

export const rfc6749: Chapter = {
  source: 'RFC 6749',
  title: 'The OAuth 2.0 Authorization Framework',
  requirements: [...clients, ...requests, ...scopes, ...successes, ...errors, ...refreshes],
}

/** §5.1: if left out, it is what was asked for. */
function readScope(answer: Answer, asked: string): string {
  const { scope } = expectJson(answer)
  return typeof scope === 'string' ? scope : asked
}

/** The scope that the token itself states. @throws NotOffered where it states none */
function readScopeClaim(answer: Answer): string {
  const { scope, scopes } = readJwt(readTokens(answer).accessToken).claims
  const said = [scope ?? scopes ?? []].flat().join(' ')
  if (said === '') throw new NotOffered('neither the answer nor the token says a scope')
  return said
}

/** The first character, percent-encoded as form encoding allows but does not need. */
function encodeFirst(id: string): string {
  const code = id.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')
  return `%${code}${encodeURIComponent(id.slice(1))}`
}
