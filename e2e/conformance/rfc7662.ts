// RFC 7662, Token Introspection.

import { expectJson, expectMember, expectStatus, expectThat } from './expect.ts'
import type { Chapter, Requirement } from './requirement.ts'
import type { Answer } from './send.ts'
import { basic, type Target } from './target.ts'

const requirements: Requirement[] = [
  {
    clause: '§2.1',
    sentence: 'Tokens are introspected by POST only',
    run: async (target) => expectStatus(await target.send(target.paths.introspect), 400, 404, 405),
  },
  {
    clause: '§2.1',
    sentence: 'A caller that does not authenticate learns nothing about a token',
    async run(target) {
      const { accessToken } = await target.session()
      const answer = await target.post(target.paths.introspect, { token: accessToken })
      expectStatus(answer, 400, 401, 403)
      expectThat(answer.json?.active === undefined, 'the answer says whether the token is active')
    },
  },
  {
    clause: '§2.1',
    sentence: 'A client with a wrong secret is 401',
    async run(target) {
      const { accessToken } = await target.session()
      const client = basic(target.options.introspector?.id ?? 'nobody-knows-me', 'not-the-secret')
      expectStatus(await target.post(target.paths.introspect, { token: accessToken }, client), 401)
    },
  },
  {
    clause: '§2.2',
    sentence: 'A good access token is active, and its description is right',
    async run(target) {
      const { accessToken } = await target.session()
      const answer = await introspect(target, accessToken)
      expectMember(answer, 'active', true)
      const { scope, client_id: client, sub, exp } = expectJson(answer)
      const said = expectJson(await target.signInAnswer()).scope
      const { client: asking } = target.options
      const isLeftOut = (value: unknown) => value === undefined
      expectThat(isLeftOut(scope) || isLeftOut(said) || scope === said, 'scope is another one')
      expectThat(isLeftOut(client) || !asking || client === asking.id, 'client_id is another one')
      expectThat(isLeftOut(sub) || typeof sub === 'string', 'sub is no text')
      expectThat(isLeftOut(exp) || Number.isSafeInteger(exp), 'exp is no whole number')
    },
  },
  {
    clause: '§2.2 SHOULD',
    sentence: 'Of a token that is not active nothing is said but {"active":false}',
    async run(target) {
      const { accessToken } = await target.session()
      for (const token of ['no-token-of-yours', `${accessToken.slice(0, -8)}AAAAAAAA`]) {
        const answer = await introspect(target, token)
        expectStatus(answer, 200)
        const said = JSON.stringify(expectJson(answer))
        expectThat(said === '{"active":false}', `the answer is ${said.slice(0, 100)}`)
      }
    },
  },
  {
    clause: '§2.2',
    sentence: 'A token is not active any more once its session has ended',
    async run(target) {
      await target.requireEndpoint(target.paths.revoke)
      const { accessToken, refreshToken } = await target.startSession()
      expectMember(await introspect(target, accessToken), 'active', true)
      await target.post(target.paths.revoke, { token: refreshToken, ...target.clientFields })
      expectMember(await introspect(target, accessToken), 'active', false)
    },
  },
]

export const rfc7662: Chapter = {
  source: 'RFC 7662',
  title: 'Token Introspection',
  requirements: requirements.map((requirement) => ({
    ...requirement,
    async run(target) {
      await target.requireEndpoint(target.paths.introspect)
      await requirement.run(target)
    },
  })),
}

async function introspect(target: Target, token: string): Promise<Answer> {
  return target.post(target.paths.introspect, { token }, await target.introspectionHeaders())
}
