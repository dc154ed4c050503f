// RFC 6750, Bearer Token Usage: how a protected call is made, and how it is refused.

import { findChallenge } from './challenges.ts'
import { expectChallenge, expectParam, expectRefused, expectStatus, expectThat } from './expect.ts'
import { type Chapter, NotOffered } from './requirement.ts'
import type { Answer } from './send.ts'
import { basic, type Target } from './target.ts'

export const rfc6750: Chapter = {
  source: 'RFC 6750',
  title: 'Bearer Token Usage',
  requirements: [
    {
      clause: '§2.1',
      sentence: 'A token in the Authorization header is accepted, and nothing else is',
      async run(target) {
        const { accessToken } = await target.session()
        expectStatus(await target.call(accessToken), 200)
        expectRefused(await target.call())
      },
    },
    ...['bearer', 'BEARER'].map((scheme) => ({
      clause: '§2.1',
      sentence: `The scheme may be written ${scheme} (RFC 9110 §11.1)`,
      async run(target: Target) {
        const { accessToken } = await target.session()
        expectStatus(await target.callWith({ authorization: `${scheme} ${accessToken}` }), 200)
      },
    })),
    {
      clause: '§2.1',
      sentence: 'The scheme is Bearer: a token behind another one is not accepted',
      async run(target) {
        const { accessToken } = await target.session()
        const { username } = target.credentials
        for (const authorization of [
          `Basic ${accessToken}`,
          `Token ${accessToken}`,
          accessToken,
          basic(username, accessToken).authorization,
        ]) {
          expectRefused(await target.callWith({ authorization }))
        }
      },
    },
    {
      clause: '§2.3 SHOULD',
      sentence: 'A token in the query is not accepted (RFC 9700 §4.3.2)',
      async run(target) {
        const { accessToken } = await target.session()
        expectRefused(await target.send(`${target.requireCall()}?access_token=${accessToken}`))
      },
    },
    {
      clause: '§3',
      sentence: 'Without a token: 401 with a Bearer challenge',
      async run(target) {
        const answer = await target.call()
        expectStatus(answer, 401)
        expectChallenge(answer, 'bearer')
      },
    },
    {
      clause: '§3',
      sentence: 'With an invalid token: a Bearer challenge',
      run: async (target) => {
        expectChallenge(await target.call('abc'), 'bearer')
      },
    },
    {
      clause: '§3.1 SHOULD',
      sentence: 'Without a token the answer has no error code',
      run: async (target) => expectNoErrorCode(await target.call()),
    },
    {
      clause: '§3.1 SHOULD',
      sentence: 'Another scheme than Bearer counts as no token',
      run: async (target) =>
        expectNoErrorCode(await target.callWith({ authorization: 'Basic am9objpzZWNyZXQ=' })),
    },
    ...Object.entries({
      'not a JWT': 'abc',
      'an unsigned JWT': 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJqb2huZG9lIn0.',
    }).map(([name, token]) => ({
      clause: '§3.1 SHOULD',
      sentence: `A token that is ${name} is 401 with error="invalid_token"`,
      async run(target: Target) {
        const answer = await target.call(token)
        expectStatus(answer, 401)
        expectParam(expectChallenge(answer, 'bearer'), 'error', 'invalid_token')
      },
    })),
    {
      clause: '§3.1 SHOULD',
      sentence: 'A token that is not a b64token is 400 or 401, with an error code',
      async run(target) {
        const answer = await target.call('a b')
        expectStatus(answer, 400, 401)
        const { error } = expectChallenge(answer, 'bearer').params
        expectThat(error === 'invalid_request' || error === 'invalid_token', 'it has none')
      },
    },
    {
      clause: '§3.1 SHOULD',
      sentence: 'A token without the scope is 403 with error="insufficient_scope"',
      async run(target) {
        const { other } = target.requireScopes()
        const answer = await target.call((await target.signIn({ scope: other })).accessToken)
        expectStatus(answer, 403)
        expectParam(expectChallenge(answer, 'bearer'), 'error', 'insufficient_scope')
      },
    },
    {
      clause: '§3',
      sentence: 'The words of a challenge use only the allowed characters',
      async run(target) {
        const description = expectChallenge(await target.call('abc'), 'bearer').params
          .error_description
        if (description === undefined) throw new NotOffered('it has no error_description')
        expectThat(/^[\x20\x21\x23-\x5B\x5D-\x7E]+$/.test(description), 'they do not')
      },
    },
  ],
}

function expectNoErrorCode(answer: Answer): void {
  expectStatus(answer, 401)
  const error = findChallenge(answer, 'bearer')?.params.error
  expectThat(error === undefined, 'the challenge has an error code')
}
