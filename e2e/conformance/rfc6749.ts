// RFC 6749, The OAuth 2.0 Authorization Framework: the token endpoint, password and refresh grants.

import {
  expectHeader,
  expectJson,
  expectMember,
  expectOAuthError,
  expectStatus,
  expectText,
  expectThat,
} from './expect.ts'
import type { Chapter, Requirement } from './requirement.ts'
import {
  basic,
  namedClient,
  paths,
  publicClients,
  readTokens,
  type Target,
  wrongPassword,
} from './target.ts'

const clients: Requirement[] = [
  {
    clause: '§2.3',
    sentence: 'A client that is named in two ways is refused',
    async run(target) {
      const form = { grant_type: 'password', ...target.credentials, client_id: publicClients[1] }
      expectOAuthError(
        await target.askForToken(form, basic(publicClients[0])),
        'invalid_request',
        400,
      )
    },
  },
  {
    clause: '§2.3.1',
    sentence: 'The client in the Basic header is form-decoded',
    async run(target) {
      const form = { grant_type: 'password', ...target.credentials }
      const encoded = publicClients[0].replace('-', '%2D')
      readTokens(await target.askForToken(form, basic(encoded)))
    },
  },
  {
    clause: '§5.2',
    sentence: 'An unknown client is told invalid_client, with 400 or 401',
    async run(target) {
      const answer = await target.askByPassword({ client_id: 'nobody-knows-me' })
      expectOAuthError(answer, 'invalid_client', 400, 401)
    },
  },
  {
    clause: '§5.2',
    sentence: 'Where the unknown client came by Basic, it is 401 with a Basic challenge',
    async run(target) {
      const form = { grant_type: 'password', ...target.credentials }
      const answer = await target.askForToken(form, basic('nobody-knows-me', 'a-secret'))
      expectOAuthError(answer, 'invalid_client', 401)
      expectHeader(answer, 'www-authenticate', /^basic\b/i)
    },
  },
]

const requests: Requirement[] = [
  {
    clause: '§3.2',
    sentence: 'Tokens are given for POST only, and nothing is read from the query',
    async run(target) {
      const query = new URLSearchParams({ grant_type: 'password', ...target.credentials })
      const byGet = await target.send(`${paths.token}?${query}`)
      expectStatus(byGet, 400, 404, 405)
      expectStatus(await target.post(`${paths.token}?${query}`, ''), 400)
      expectStatus(await target.askByPassword(), 200)
    },
  },
  {
    clause: '§3.2',
    sentence: 'Parameters that are not known are ignored',
    run: async (target) => {
      readTokens(await target.askByPassword({ audience: 'x', resource_owner: 'y' }))
    },
  },
  {
    clause: '§3.2',
    sentence: 'A parameter without a value counts as omitted: an empty scope',
    async run(target) {
      const answer = await target.askByPassword({ scope: '' })
      readTokens(answer)
      const usual = expectJson(await target.signInAnswer())
      expectMember(answer, 'scope', usual.scope)
    },
  },
  {
    clause: '§3.2',
    sentence: 'A parameter without a value counts as omitted: an empty password',
    run: async (target) =>
      expectOAuthError(await target.askByPassword({ password: '' }), 'invalid_request', 400),
  },
  {
    clause: '§3.2',
    sentence: 'A parameter that is there twice is refused',
    async run(target) {
      const form = new URLSearchParams({ ...namedClient, ...target.credentials })
      const twice = `grant_type=password&${form}&username=somebody`
      expectOAuthError(await target.askForToken(twice), 'invalid_request', 400)
    },
  },
  {
    clause: '§3.2',
    sentence: 'A parameter that is there twice is refused, also where one is spelt user%6Eame',
    async run(target) {
      const form = new URLSearchParams({ ...namedClient, ...target.credentials })
      const twice = `grant_type=password&${form}&user%6Eame=somebody`
      expectOAuthError(await target.askForToken(twice), 'invalid_request', 400)
    },
  },
  {
    clause: '§4.3.2',
    sentence: 'JSON gives no tokens',
    async run(target) {
      const fields = { grant_type: 'password', ...target.credentials, ...namedClient }
      const answer = await target.send(paths.token, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(fields),
      })
      expectOAuthError(answer, 'invalid_request', 400, 415)
    },
  },
  {
    clause: '§4.3.2',
    sentence: 'A multipart form gives no tokens',
    async run(target) {
      const fields = { grant_type: 'password', ...target.credentials, ...namedClient }
      const parts = Object.entries(fields).map(
        ([name, value]) =>
          `--edge\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      )
      const answer = await target.send(paths.token, {
        method: 'POST',
        headers: { 'content-type': 'multipart/form-data; boundary=edge' },
        body: `${parts.join('')}--edge--\r\n`,
      })
      expectOAuthError(answer, 'invalid_request', 400, 415)
    },
  },
  {
    clause: '§4.3.2',
    sentence: 'A body without a Content-Type gives no tokens',
    async run(target) {
      const form = new URLSearchParams({ grant_type: 'password', ...target.credentials })
      const answer = await target.send(paths.token, { method: 'POST', body: form.toString() })
      expectOAuthError(answer, 'invalid_request', 400, 415)
    },
  },
  {
    clause: '§B',
    sentence: 'What is not UTF-8 is refused, and not replaced',
    run: async (target) =>
      expectOAuthError(
        await target.askForToken(passwordForm(target, '%FF')),
        'invalid_request',
        400,
      ),
  },
  {
    clause: '§B',
    sentence: 'Broken percent-encoding is refused',
    run: async (target) =>
      expectOAuthError(
        await target.askForToken(passwordForm(target, '%zz')),
        'invalid_request',
        400,
      ),
  },
]

const scopes: Requirement[] = [
  {
    clause: '§3.3',
    sentence: 'The scope that was asked for is the scope that is given',
    async run(target) {
      const answer = await target.askByPassword({ scope: 'me' })
      expectStatus(answer, 200)
      expectMember(answer, 'scope', 'me')
    },
  },
  {
    clause: '§3.3',
    sentence: 'Scopes are told apart by their case',
    run: async (target) =>
      expectOAuthError(await target.askByPassword({ scope: 'ME' }), 'invalid_scope', 400),
  },
  {
    clause: '§5.2',
    sentence: 'An unknown scope is refused, and not left out silently',
    run: async (target) =>
      expectOAuthError(
        await target.askByPassword({ scope: 'me no-such:scope' }),
        'invalid_scope',
        400,
      ),
  },
  {
    clause: '§3.3',
    sentence: 'A scope outside of the grammar is refused',
    run: async (target) =>
      expectOAuthError(await target.askByPassword({ scope: 'me "quoted"' }), 'invalid_scope', 400),
  },
]

const successes: Requirement[] = [
  {
    clause: '§5.1',
    sentence: 'Success is 200 with an access_token',
    async run(target) {
      const answer = await target.signInAnswer()
      expectStatus(answer, 200)
      expectText(expectJson(answer), 'access_token')
    },
  },
  {
    clause: '§5.1',
    sentence: 'Success is application/json',
    async run(target) {
      const answer = await target.signInAnswer()
      readTokens(answer)
      expectHeader(answer, 'content-type', /^application\/json\b/)
    },
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
      expectThat(
        Number.isSafeInteger(seconds) && Number(seconds) > 0,
        `expires_in is ${JSON.stringify(seconds) ?? 'absent'}`,
      )
    },
  },
  {
    clause: '§5.1',
    sentence: 'The scope is said where none was asked for',
    run: async (target) => {
      expectText(expectJson(await target.signInAnswer()), 'scope')
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
    sentence: 'A wrong password is 400 invalid_grant for a client that names itself',
    run: async (target) => expectOAuthError(await target.refusedNamed(), 'invalid_grant', 400),
  },
  {
    clause: '§5.2',
    sentence: 'An error is application/json',
    run: async (target) => {
      const answer = await target.refusedNamed()
      expectText(expectJson(answer), 'error')
      expectHeader(answer, 'content-type', /^application\/json\b/)
    },
  },
  {
    clause: '§5.2',
    sentence: 'An error must not be stored either',
    run: async (target) => {
      const answer = await target.refusedNamed()
      expectText(expectJson(answer), 'error')
      expectHeader(answer, 'cache-control', /\bno-store\b/)
    },
  },
  {
    clause: '§5.2',
    sentence: 'error and error_description keep to the characters that are allowed',
    async run(target) {
      const members = expectJson(await target.askByPassword({ scope: 'caf\u00e9 "\\' }))
      for (const name of ['error', 'error_description']) {
        expectThat(
          /^[\x20\x21\x23-\x5B\x5D-\x7E]+$/.test(expectText(members, name)),
          `${name} has a character that is not allowed in it`,
        )
      }
    },
  },
  {
    clause: '§5.2',
    sentence: 'An error does not repeat what was sent',
    async run(target) {
      const secret = 'r3peat-Me-Not'
      const answers = [
        await target.askByPassword({ scope: secret }),
        await target.askByPassword({ grant_type: secret }),
        await target.askByPassword({ client_id: secret }),
        await target.askForToken(`${secret}=1&${secret}=2`),
        await target.refusedNamed(),
      ]
      for (const answer of answers) {
        expectText(expectJson(answer), 'error')
        const repeated = [secret, wrongPassword].some((text) => answer.text.includes(text))
        expectThat(!repeated, `the answer (${answer.status}) repeats what was sent`)
      }
    },
  },
  {
    clause: '§5.2',
    sentence: 'An unknown grant is told unsupported_grant_type',
    run: async (target) =>
      expectOAuthError(
        await target.askByPassword({ grant_type: 'urn:example:unknown' }),
        'unsupported_grant_type',
        400,
      ),
  },
  {
    clause: '§4.3.2',
    sentence: 'grant_type is required of a client that names itself',
    async run(target) {
      const form = { ...target.credentials, ...namedClient }
      expectOAuthError(await target.askForToken(form), 'invalid_request', 400)
    },
  },
  ...['username', 'password'].map(
    (name): Requirement => ({
      clause: '§4.3.2',
      sentence: `${name} is required, and the error names it`,
      async run(target) {
        const answer = await target.askByPassword({ [name]: '' })
        expectOAuthError(answer, 'invalid_request', 400)
        const description = expectText(expectJson(answer), 'error_description')
        expectThat(description.includes(name), `error_description does not name ${name}`)
      },
    }),
  ),
]

const refreshes: Requirement[] = [
  {
    clause: '§6',
    sentence: 'A refresh token gives a new access token',
    async run(target) {
      const first = await target.signIn()
      const second = readTokens(await target.refresh(first.refreshToken))
      expectThat(second.accessToken !== first.accessToken, 'the access token is the same one')
      expectStatus(await target.call(second.accessToken), 200)
    },
  },
  {
    clause: '§6',
    sentence: 'refresh_token is required, and the error names it',
    async run(target) {
      const answer = await target.refresh('')
      expectOAuthError(answer, 'invalid_request', 400)
      const description = expectText(expectJson(answer), 'error_description')
      expectThat(description.includes('refresh_token'), 'error_description does not name it')
    },
  },
  {
    clause: '§5.2',
    sentence: 'A refresh token that nobody gave is 400 invalid_grant',
    run: async (target) =>
      expectOAuthError(await target.refresh('no-token-of-yours'), 'invalid_grant', 400),
  },
  {
    clause: '§6',
    sentence: 'A refresh token is bound to its client',
    async run(target) {
      const { refreshToken } = await target.signIn()
      const stolen = await target.refresh(refreshToken, { client_id: publicClients[1] })
      expectOAuthError(stolen, 'invalid_grant', 400)
      readTokens(await target.refresh(refreshToken))
    },
  },
  {
    clause: '§6',
    sentence: 'A refresh may ask for less than was granted',
    async run(target) {
      const { refreshToken } = await target.signIn({ scope: 'me items:read' })
      const answer = await target.refresh(refreshToken, { scope: 'me' })
      expectStatus(answer, 200)
      expectMember(answer, 'scope', 'me')
    },
  },
  {
    clause: '§6',
    sentence: 'A refresh never gives more than was granted',
    async run(target) {
      const { refreshToken } = await target.signIn({ scope: 'me' })
      const wider = await target.refresh(refreshToken, { scope: 'me items:read' })
      expectOAuthError(wider, 'invalid_scope', 400)
      expectMember(await target.refresh(refreshToken), 'scope', 'me')
    },
  },
  {
    clause: '§6',
    sentence: 'Asking for less once leaves the next refresh token what it was',
    async run(target) {
      const { refreshToken } = await target.signIn({ scope: 'me items:read' })
      const narrowed = readTokens(await target.refresh(refreshToken, { scope: 'me' }))
      const answer = await target.refresh(narrowed.refreshToken)
      expectMember(answer, 'scope', 'me items:read')
    },
  },
]

export const rfc6749: Chapter = {
  source: 'RFC 6749',
  title: 'The OAuth 2.0 Authorization Framework',
  requirements: [...clients, ...requests, ...scopes, ...successes, ...errors, ...refreshes],
}

/** `password` as it stands, already encoded. */
function passwordForm(target: Target, encodedPassword: string): string {
  const { username } = target.credentials
  const form = new URLSearchParams({ grant_type: 'password', username, ...namedClient })
  return `${form}&password=${encodedPassword}`
}
