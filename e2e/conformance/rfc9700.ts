// RFC 9700, Best Current Practice for OAuth 2.0 Security: rotation, and what follows credentials.

import { expectOAuthError, expectStatus, expectThat } from './expect.ts'
import type { Chapter } from './requirement.ts'
import { readTokens } from './target.ts'

export const rfc9700: Chapter = {
  source: 'RFC 9700',
  title: 'Best Current Practice for OAuth 2.0 Security',
  requirements: [
    {
      clause: '§4.12',
      sentence: 'Credentials are never answered with a redirect that would send them on',
      async run(target) {
        for (const answer of [await target.signInAnswer(), await target.refusedNamed()]) {
          expectThat(![307, 308].includes(answer.status), `the status is ${answer.status}`)
        }
        readTokens(await target.signInAnswer())
      },
    },
    {
      clause: '§4.14.2',
      sentence: 'A refresh token is changed for another at every use',
      async run(target) {
        const first = await target.signIn()
        const second = readTokens(await target.refresh(first.refreshToken))
        const third = readTokens(await target.refresh(second.refreshToken))
        const tokens = [first, second, third].map(({ refreshToken }) => refreshToken)
        expectThat(new Set(tokens).size === 3, 'the same refresh token came back')
      },
    },
    {
      clause: '§4.14.2',
      sentence: 'A refresh token from before the last one is 400 invalid_grant',
      async run(target) {
        const first = await target.signIn()
        const second = readTokens(await target.refresh(first.refreshToken))
        readTokens(await target.refresh(second.refreshToken))
        expectOAuthError(await target.refresh(first.refreshToken), 'invalid_grant', 400)
      },
    },
    {
      clause: '§4.14.2',
      sentence: 'Such a replay ends the session: the newest tokens are dead too',
      async run(target) {
        const first = await target.signIn()
        const second = readTokens(await target.refresh(first.refreshToken))
        const third = readTokens(await target.refresh(second.refreshToken))
        expectStatus(await target.call(third.accessToken), 200)
        await target.refresh(first.refreshToken)
        expectOAuthError(await target.refresh(third.refreshToken), 'invalid_grant', 400)
        expectStatus(await target.call(third.accessToken), 401)
      },
    },
  ],
}
