// RFC 6750, Bearer Token Usage: how a protected call is asked for, and how it is refused.

import { expectHeader, expectMember, expectStatus, expectThat } from './expect.ts'
import type { Chapter } from './requirement.ts'
import { bearer, paths, type Target } from './target.ts'

export const rfc6750: Chapter = {
  source: 'RFC 6750',
  title: 'Bearer Token Usage',
  requirements: [
    {
      clause: '§2.1',
      sentence: 'A token in the Authorization header opens the call',
      async run(target) {
        const answer = await target.call((await target.session()).accessToken)
        expectStatus(answer, 200)
        expectMember(answer, 'username', (await accountName(target)) ?? 'a user name')
      },
    },
    ...['bearer', 'BEARER'].map((scheme) => ({
      clause: '§2.1',
      sentence: `The scheme may be written ${scheme} (RFC 9110 §11.1)`,
      async run(target: Target) {
        const { accessToken } = await target.session()
        const answer = await target.callWith({ authorization: `${scheme} ${accessToken}` })
        expectStatus(answer, 200)
        expectStatus(await target.call(), 401)
      },
    })),
    {
      clause: '§2',
      sentence: 'Two Authorization headers are refused, and neither counts',
      async run(target) {
        const { authorization } = bearer((await target.session()).accessToken)
        expectStatus(await target.callWith({ authorization: [authorization, 'Bearer x'] }), 400)
        expectStatus(await target.callWith({ authorization: ['Bearer x', authorization] }), 400)
      },
    },
    {
      clause: '§2.3',
      sentence: 'A token in the query opens nothing',
      async run(target) {
        const { accessToken } = await target.session()
        const path = `${paths.account}?access_token=${accessToken}`
        // 422 is how FastAPI refuses a parameter.
        expectStatus(await target.send(path), 400, 401, 422)
        expectStatus(await target.call(accessToken), 200)
      },
    },
    {
      clause: '§2',
      sentence: 'A token in the header and one in the query are refused together',
      async run(target) {
        const { accessToken } = await target.session()
        const path = `${paths.account}?access_token=${accessToken}`
        expectStatus(await target.send(path, { headers: bearer(accessToken) }), 400)
      },
    },
    {
      clause: '§3',
      sentence: 'Without a token: 401 with a Bearer challenge',
      async run(target) {
        const answer = await target.call()
        expectStatus(answer, 401)
        expectHeader(answer, 'www-authenticate', /^bearer\b/i)
      },
    },
    {
      clause: '§3.1',
      sentence: 'Without a token the answer has no error code',
      async run(target) {
        const answer = await target.call()
        expectStatus(answer, 401)
        const challenge = String(answer.headers['www-authenticate'] ?? '')
        expectThat(!challenge.includes('error'), 'the challenge has an error code')
      },
    },
    {
      clause: '§3.1',
      sentence: 'Another scheme than Bearer is as no token at all',
      async run(target) {
        const answer = await target.callWith({ authorization: 'Basic am9objpzZWNyZXQ=' })
        expectStatus(answer, 401)
        const challenge = String(answer.headers['www-authenticate'] ?? '')
        expectThat(!challenge.includes('error'), 'the challenge has an error code')
      },
    },
    ...Object.entries({
      'no JWT at all': 'abc',
      'no b64token': 'a b',
      'a JWT of nobody': 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJqb2huZG9lIn0.',
    }).map(([name, token]) => ({
      clause: '§3.1',
      sentence: `A token that is ${name} is 401 with error="invalid_token"`,
      async run(target: Target) {
        const answer = await target.call(token)
        expectStatus(answer, 401)
        expectHeader(answer, 'www-authenticate', /^bearer\b.*\berror="invalid_token"/i)
      },
    })),
    {
      clause: '§3.1',
      sentence: 'A token without the scope is 403 with error="insufficient_scope"',
      async run(target) {
        const answer = await callWithoutScope(target)
        expectStatus(answer, 403)
        expectHeader(answer, 'www-authenticate', /^bearer\b.*\berror="insufficient_scope"/i)
      },
    },
    {
      clause: '§3',
      sentence: 'The challenge names the scope that is missing',
      async run(target) {
        const answer = await callWithoutScope(target)
        expectHeader(answer, 'www-authenticate', /\bscope="me"/)
      },
    },
    {
      clause: '§3',
      sentence: 'The words of a challenge keep to the characters that are allowed',
      async run(target) {
        const answer = await target.call('abc')
        const [, description] =
          /error_description="([^"]*)"/.exec(String(answer.headers['www-authenticate'])) ?? []
        expectThat(
          description !== undefined && /^[\x20\x21\x23-\x5B\x5D-\x7E]+$/.test(description),
          'error_description is absent, or has a character that is not allowed in it',
        )
      },
    },
    {
      clause: '§5.3',
      sentence: 'What a token opened is not stored',
      async run(target) {
        const answer = await target.call((await target.session()).accessToken)
        expectStatus(answer, 200)
        expectHeader(answer, 'cache-control', /\b(no-store|private)\b/)
      },
    },
  ],
}

async function callWithoutScope(target: Target) {
  const { accessToken } = await target.signIn({ scope: 'items:read' })
  return target.call(accessToken)
}

/** The name as the server spells it, where the account was named by its e-mail address. */
async function accountName(target: Target): Promise<string | undefined> {
  const { username } = target.credentials
  if (!username.includes('@')) return username
  const name = (await target.call((await target.session()).accessToken)).json?.username
  return typeof name === 'string' ? name : undefined
}
