// Real client libraries against a real listening server: no line of ours between them.

import { execFile } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { refreshGraceSeconds } from '../server/auth/sessions/replay-verdict.ts'
import { formatScope, scopesOfRole } from '../server/contract/scopes.ts'
import { operator } from '../server/testing/operator.ts'
import { type ForeignClient, type ForeignTokens, foreignClients } from './foreign-clients.ts'
import { startTestServer } from './support/test-server.ts'

let server: Awaited<ReturnType<typeof startTestServer>>

beforeAll(async () => {
  server = await startTestServer()
})

afterAll(() => server.close())

/** For a separate username in each. */
let clientsMade = 0

const everyScope = formatScope(scopesOfRole.user)

describe.each(foreignClients.map((open) => ({ name: open('').name, open })))(
  '$name',
  ({ open }) => {
    let client: ForeignClient

    beforeAll(() => {
      client = open(server.url)
    })

    const signIn = (scope?: string) => client.signIn('johndoe', 'secret', scope)

    async function errorOf(attempt: Promise<unknown>): Promise<unknown> {
      const error = await attempt.then(
        () => 'there was no error',
        (thrown: unknown) => thrown,
      )
      return typeof error === 'string' ? error : client.readError(error)
    }

    test('signs in, and its token is accepted by a call', async () => {
      const tokens = await signIn()
      expect(tokens.scope).toBe(everyScope)
      expect(await call(tokens)).toBe(200)
    })

    test.each([
      ['a wrong password', 'johndoe', 'wrong'],
      ['an unknown user', 'nobody', 'secret'],
      ['a disabled user', 'alice', 'secret2'],
    ])('gets invalid_grant for %s', async (_what, username, password) => {
      expect(await errorOf(client.signIn(username, password))).toBe('invalid_grant')
    })

    test('R106: gets slow_down once it has guessed too often', async () => {
      const username = `guessed-${clientsMade++}`
      for (let count = 0; count < 5; count++) {
        expect(await errorOf(client.signIn(username, 'wrong'))).toBe('invalid_grant')
      }
      expect(await errorOf(client.signIn(username, 'wrong'))).toBe('slow_down')
    })

    test('gets the narrower scope it asks for, and no wider one', async () => {
      const tokens = await signIn('me:write')
      expect(tokens.scope).toBe('me:write')
      expect(await call(tokens)).toBe(403)
      expect(await errorOf(signIn('users:write'))).toBe('invalid_scope')
    })

    test('refreshes, and narrows the scope while doing so', async () => {
      const tokens = await signIn()
      const refreshed = await client.refresh(tokens)
      expect(refreshed.scope).toBe(everyScope)
      expect(await call(refreshed)).toBe(200)
      expect((await client.refresh(refreshed, 'me')).scope).toBe('me')
    })

    test('R56: gets invalid_grant for a refresh token two behind, which ends the session', async () => {
      const first = await signIn()
      const third = await client.refresh(await client.refresh(first))
      expect(await call(third)).toBe(200)
      expect(await errorOf(client.refresh(first))).toBe('invalid_grant')
      expect(await errorOf(client.refresh(third))).toBe('invalid_grant')
      expect(await call(third)).toBe(401)
    })

    test('R55: may show the previous refresh token where a reply was lost, at once or later', async () => {
      const first = await signIn()
      const lost = await client.refresh(first)
      expect((await client.refresh(first)).refreshToken).toBe(lost.refreshToken)
      // Well after it: on a busy machine a second or two count as an outage, and not towards it.
      server.clock.advance(3 * refreshGraceSeconds * 1000)
      const recovered = await client.refresh(first)
      expect(recovered.refreshToken).not.toBe(lost.refreshToken)
      expect(await call(await client.refresh(recovered))).toBe(200)
    })

    test('R59: is refused when the user is disabled', async () => {
      const [username, password] = [`leaver-${clientsMade++}`, 'orchard lantern violet']
      const { id } = await server.services.accounts.create({ username, password })
      const tokens = await client.signIn(username, password)
      expect(await call(tokens)).toBe(200)
      await server.services.userAdministration.disable(id, operator)
      expect(await call(tokens)).toBe(401)
      expect(await errorOf(client.refresh(tokens))).toBe('invalid_grant')
      expect(await errorOf(client.signIn(username, password))).toBe('invalid_grant')
    })

    test('revokes where the metadata say', async () => {
      const tokens = await signIn()
      const endpoint = await findRevocationEndpoint()
      await client.revoke(tokens, endpoint)
      expect(await call(tokens)).toBe(401)
      expect(await errorOf(client.refresh(tokens))).toBe('invalid_grant')
    })
  },
)

describe('docs/clients.md', () => {
  const folder = new URL('client-examples/', import.meta.url)
  const page = readFileSync(new URL('../docs/clients.md', import.meta.url), 'utf8')
  const examples = readdirSync(folder)

  test.each(examples)('shows %s as it is', (name) => {
    const language = name.endsWith('.py') ? 'python' : 'ts'
    const source = readFileSync(new URL(name, folder), 'utf8')
    expect(page).toContain(`\`\`\`${language}\n${source}\`\`\``)
  })

  test.each(examples.filter((name) => name.endsWith('.ts')))('%s signs in', async (name) => {
    const path = fileURLToPath(new URL(name, folder))
    const { stdout } = await run(process.execPath, ['--import', 'tsx', path, server.url])
    expect(stdout).toBe('me\n')
  })
})

const run = promisify(execFile)

async function call({ accessToken }: ForeignTokens): Promise<number> {
  const headers = { authorization: `Bearer ${accessToken}` }
  return (await fetch(`${server.url}/api/users/me`, { headers })).status
}

async function findRevocationEndpoint(): Promise<string> {
  const answer = await fetch(`${server.url}/.well-known/oauth-authorization-server`)
  return ((await answer.json()) as { revocation_endpoint: string }).revocation_endpoint
}
