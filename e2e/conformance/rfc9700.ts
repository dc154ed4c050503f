// RFC 9700, Best Current Practice for OAuth 2.0 Security: rotation, and the handling of credentials.

import { expectOAuthError, expectThat } from './expect.ts'
import { type Chapter, NotOffered, type Requirement } from './requirement.ts'
import { readTokens, type Session, type Target } from './target.ts'

/** About the refresh tokens of public clients, which nothing else binds. */
const rotation: Omit<Requirement, 'clause'>[] = [
  {
    sentence: 'A refresh token is changed for another at every use',
    async run(target) {
      const [first, second, third] = await refreshTwice(target)
      const tokens = [first, second, third].map(({ refreshToken }) => refreshToken)
      expectThat(new Set(tokens).size === 3, 'the same refresh token came back')
    },
  },
  {
    sentence: 'A refresh token from before the last one is 400 invalid_grant',
    async run(target) {
      const [first] = await refreshTwice(target)
      expectOAuthError(await target.refresh(first.refreshToken), 'invalid_grant', 400)
    },
  },
  {
    sentence: 'Such a replay ends the newest refresh token too',
    async run(target) {
      const [first, , third] = await refreshTwice(target)
      await target.refresh(first.refreshToken)
      expectOAuthError(await target.refresh(third.refreshToken), 'invalid_grant', 400)
    },
  },
]

export const rfc9700: Chapter = {
  source: 'RFC 9700',
  title: 'Best Current Practice for OAuth 2.0 Security',
  requirements: [
    {
      clause: '§4.12',
      sentence: 'Credentials are never answered with a redirect that would send them on',
      async run(target) {
        for (const answer of [await target.signInAnswer(), await target.refused()]) {
          expectThat(![307, 308].includes(answer.status), `the status is ${answer.status}`)
        }
      },
    },
    ...rotation.map((requirement) => ({
      ...requirement,
      clause: '§4.14.2',
      async run(target: Target) {
        if (target.options.client?.secret !== undefined) {
          throw new NotOffered('the client is confidential: its refresh tokens are bound to it')
        }
        await requirement.run(target)
      },
    })),
  ],
}

export async function refreshTwice(target: Target): Promise<[Session, Session, Session]> {
  const refresh = async ({ refreshToken }: Session) => {
    const tokens = readTokens(await target.refresh(refreshToken))
    // §6: where no new one is given, the old one stays valid.
    return { ...tokens, refreshToken: tokens.refreshToken ?? refreshToken }
  }
  const first = await target.startSession()
  const second = await refresh(first)
  return [first, second, await refresh(second)]
}
