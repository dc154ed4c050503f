// `keycard keys`, as an operator calls it while a server runs.

import { randomBytes } from 'node:crypto'
import { decodeProtectedHeader } from 'jose'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runKeycard, startServer } from '../../e2e/support/keycard-process.ts'
import { createTestPlace } from '../testing/databases.ts'

async function startKeycard() {
  const place = await createTestPlace('sqlite')
  onTestFinished(() => place.remove())
  const env = { DATA_DIR: place.dataDir }
  const server = await startServer(env)
  onTestFinished(() => void server.process.kill())
  return {
    keys: (...words: string[]) => runKeycard('cli', ['keys', ...words], { env }),
    async signIn() {
      const body = new URLSearchParams({ username: 'johndoe', password: 'secret' })
      const answer = await fetch(`${server.url}/token`, { method: 'POST', body })
      const { access_token } = (await answer.json()) as { access_token: string }
      return { token: access_token, kid: decodeProtectedHeader(access_token).kid ?? '' }
    },
    async call(token: string) {
      const headers = { authorization: `Bearer ${token}` }
      return (await fetch(`${server.url}/api/protected`, { headers })).status
    },
  }
}

describe('keycard keys', () => {
  it('R112: rotates, lists and drops keys while a server runs, which signs with the new key', async () => {
    const { keys, signIn, call } = await startKeycard()
    const first = await signIn()

    const rotated = await keys('rotate')
    expect(rotated).toMatchObject({ code: 0, stderr: '' })
    await expect.poll(async () => (await signIn()).kid).not.toBe(first.kid)
    const second = await signIn()
    expect(rotated.stdout).toBe(
      `${second.kid} signs now. The key before only verifies, until its last token has expired.\n`,
    )
    expect([await call(first.token), await call(second.token)]).toEqual([200, 200])

    const listed = await keys('list', '--json')
    expect(JSON.parse(listed.stdout)).toEqual([
      expect.objectContaining({ kid: second.kid, alg: 'EdDSA', state: 'active' }),
      expect.objectContaining({ kid: first.kid, alg: 'EdDSA', state: 'retired' }),
    ])
    const table = (await keys('list')).stdout.trimEnd().split('\n')
    const time = '\\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z'
    expect(table).toEqual([
      expect.stringMatching(new RegExp(`^${second.kid}  EdDSA  active   since ${time}$`)),
      expect.stringMatching(new RegExp(`^${first.kid}  EdDSA  retired  since ${time}$`)),
    ])

    const dropped = await keys('drop', second.kid)
    expect(dropped).toMatchObject({ code: 0, stderr: '' })
    await expect.poll(() => call(second.token)).toBe(401)
    expect(await call(first.token)).toBe(200)
    const third = await signIn()
    expect(dropped.stdout).toContain(`${third.kid} signs now.`)
    expect(await call(third.token)).toBe(200)
  })

  it('without a subcommand, says which master key is needed for what, and when an older one may go', async () => {
    const place = await createTestPlace('sqlite')
    onTestFinished(() => place.remove())
    const [old, young] = [0, 1].map(() => randomBytes(32).toString('base64'))
    const env = { DATA_DIR: place.dataDir, MASTER_KEY: `${young},${old}` }
    const add = ['create-user', 'ruth']
    const input = 'seven lamps over a wet road'
    await runKeycard('cli', add, { env: { ...env, MASTER_KEY: `${old}` }, input })
    const { code, stdout } = await runKeycard('cli', ['keys'], { env })
    expect(code).toBe(0)
    expect(stdout.split('\n')).toEqual([
      'MASTER KEY  PLACE     ACCOUNTS  SESSIONS  SIGNING KEYS',
      expect.stringMatching(/^[\w-]{8} {4}newest {4}0 {9}0 {9}0$/),
      expect.stringMatching(/^[\w-]{8} {4}2 {9}1 {9}0 {9}0$/),
      '',
      expect.stringMatching(
        /^[\w-]{8} may go once each of its accounts has signed in or has a new password\.$/,
      ),
      '',
    ])
    const listed = await runKeycard('cli', ['keys', '--json'], { env })
    expect(JSON.parse(listed.stdout)).toMatchObject([
      { position: 1, accounts: 0 },
      { position: 2, accounts: 1, sessions: 0, sessions_end_at: null, signing_keys: 0 },
    ])
  })

  it('says what is wrong, and how to call it', async () => {
    const place = await createTestPlace('sqlite')
    onTestFinished(() => place.remove())
    const env = { DATA_DIR: place.dataDir }
    const run = (...words: string[]) => runKeycard('cli', ['keys', ...words], { env })
    expect(await run('list')).toEqual({
      code: 0,
      stdout: 'No key is stored: a server makes one when it starts.\n',
      stderr: '',
    })
    expect(await run('drop', '-unknown')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'There is no key -unknown.\n',
    })
    for (const words of [
      ['spin'],
      ['drop'],
      ['rotate', '--wait', '0'],
      ['list', '--all'],
      ['--all'],
    ]) {
      const called = await run(...words)
      expect(called).toMatchObject({ code: 2, stdout: '' })
      expect(called.stderr).toContain('npm run keycard -- keys [--json] | list [--json] | rotate')
    }
    const shared = {
      ...env,
      JWT_ALGORITHM: 'HS256',
      SECRET_KEY: 'Vp8LQ7mZk2Nf4XrT9wYb3HcJ6sGd1KeA',
    }
    const refused = await runKeycard('cli', ['keys', 'rotate'], { env: shared })
    expect(refused).toMatchObject({ code: 1, stdout: '' })
    expect(refused.stderr).toContain('change that setting instead')
  })
})
