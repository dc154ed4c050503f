// RFC 7009, Token Revocation.

import { expectOAuthError, expectStatus } from './expect.ts'
import type { Chapter, Requirement } from './requirement.ts'
import { type Fields, fieldsOf, readTokens, type Target } from './target.ts'

const requirements: Requirement[] = [
  {
    clause: '§2.1',
    sentence: 'Tokens are revoked by POST only',
    run: async (target) => expectStatus(await target.send(target.paths.revoke), 400, 404, 405),
  },
  {
    clause: '§2.1',
    sentence: 'token is required',
    run: async (target) =>
      expectOAuthError(
        await target.post(target.paths.revoke, target.clientFields),
        'invalid_request',
        400,
      ),
  },
  {
    clause: '§2.1',
    sentence: 'A refresh token that was revoked is 400 invalid_grant',
    async run(target) {
      const { refreshToken } = await target.startSession()
      expectStatus(await revoke(target, refreshToken), 200)
      expectOAuthError(await target.refresh(refreshToken), 'invalid_grant', 400)
    },
  },
  {
    clause: '§2.1 SHOULD',
    sentence: 'With a refresh token its access tokens are revoked',
    async run(target) {
      const { accessToken, refreshToken } = await target.startSession()
      expectStatus(await target.call(accessToken), 200)
      expectStatus(await revoke(target, refreshToken), 200)
      expectStatus(await target.call(accessToken), 401)
    },
  },
  {
    clause: '§2.1 SHOULD',
    sentence: 'A revoked access token is no longer accepted',
    async run(target) {
      const { accessToken } = await target.signIn()
      expectStatus(await target.call(accessToken), 200)
      expectStatus(await revoke(target, accessToken), 200)
      expectStatus(await target.call(accessToken), 401)
    },
  },
  {
    clause: '§2.1',
    sentence: 'A hint that is wrong, or unknown, does no harm',
    async run(target) {
      for (const hint of ['access_token', 'no_such_type']) {
        const { refreshToken } = await target.startSession()
        expectStatus(await revoke(target, refreshToken, { token_type_hint: hint }), 200)
        expectOAuthError(await target.refresh(refreshToken), 'invalid_grant', 400)
      }
    },
  },
  {
    clause: '§2.1',
    sentence: 'The token of another client is not revoked',
    async run(target) {
      const thief = fieldsOf(target.requireOtherClient())
      const { accessToken, refreshToken } = await target.startSession()
      const answer = await revoke(target, refreshToken, thief)
      expectStatus(answer, 200, 400, 401, 403)
      expectStatus(await target.call(accessToken), 200)
      readTokens(await target.refresh(refreshToken))
    },
  },
  {
    clause: '§2.2',
    sentence: 'An unknown token is 200, and so is one that was revoked before',
    async run(target) {
      expectStatus(await revoke(target, 'no-token-of-yours'), 200)
      const { refreshToken } = await target.startSession()
      expectStatus(await revoke(target, refreshToken), 200)
      expectStatus(await revoke(target, refreshToken), 200)
      expectOAuthError(await target.refresh(refreshToken), 'invalid_grant', 400)
    },
  },
  {
    clause: '§2.1',
    sentence: 'An unknown client is invalid_client',
    async run(target) {
      target.requireClient()
      const answer = await revoke(target, 'no-token-of-yours', { client_id: 'nobody-knows-me' })
      expectOAuthError(answer, 'invalid_client', 400, 401)
    },
  },
]

export const rfc7009: Chapter = {
  source: 'RFC 7009',
  title: 'Token Revocation',
  requirements: requirements.map((requirement) => ({
    ...requirement,
    async run(target) {
      await target.requireEndpoint(target.paths.revoke)
      await requirement.run(target)
    },
  })),
}

function revoke(target: Target, token: string, more: Fields = {}) {
  return target.post(target.paths.revoke, { token, ...target.clientFields, ...more })
}
