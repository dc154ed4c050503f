// What an operator does to users, while a server runs.

import { beforeAll, describe, expect, it, test } from 'vitest'
import { runKeycard, type ServerProcess, startServer } from '../../e2e/support/keycard-process.ts'
import { createTestPlace } from '../testing/databases.ts'

const password = 'seven lamps over a wet road'

describe('beside a running server', () => {
  let server: ServerProcess
  let env: Record<string, string>

  beforeAll(async () => {
    const place = await createTestPlace('sqlite')
    env = { DATA_DIR: place.dataDir, DEMO_ACCOUNTS: 'off' }
    server = await startServer(env)
    return async () => {
      server.process.kill()
      await place.remove()
    }
  })

  const run = (words: string[], input = '') => runKeycard('cli', words, { env, input })

  async function signIn(username: string, withPassword = password) {
    const body = new URLSearchParams({ username, password: withPassword })
    const answer = await fetch(`${server.url}/token`, { method: 'POST', body })
    const { access_token, refresh_token } = (await answer.json()) as Record<string, string>
    return { status: answer.status, token: access_token ?? '', refreshToken: refresh_token ?? '' }
  }

  async function call(token: string): Promise<number> {
    const headers = { authorization: `Bearer ${token}` }
    return (await fetch(`${server.url}/api/users/me`, { headers })).status
  }

  async function refresh(refresh_token: string): Promise<number> {
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token })
    return (await fetch(`${server.url}/token`, { method: 'POST', body })).status
  }

  it('R59, R60: a new password, the end of sessions and disabling take effect at once', async () => {
    await run(['create-user', 'ruth', '--admin'], password)
    await run(['create-user', 'grace', '--email', 'grace@example.com'], password)
    const ruth = await signIn('ruth')
    const first = await signIn('grace')
    expect([await call(ruth.token), await call(first.token)]).toEqual([200, 200])

    const changed = 'eight lamps over a dry road'
    expect(await run(['set-password', ' GRACE@example.com '], `${changed}\n`)).toEqual({
      code: 0,
      stdout: 'grace signs in with the new password from now on. 1 session has ended.\n',
      stderr: '',
    })
    await expect.poll(() => call(first.token)).toBe(401)
    expect(await refresh(first.refreshToken)).toBe(400)
    expect((await signIn('grace')).status).toBe(401)
    const second = await signIn('grace', changed)
    const third = await signIn('grace', changed)

    const listed = await run(['list-users'])
    const minute = '\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d'
    expect(listed.stdout.split('\n')).toEqual([
      'role   state     sessions  last seen (UTC)   name',
      expect.stringMatching(new RegExp(`^user   active           2  ${minute}  grace$`)),
      expect.stringMatching(new RegExp(`^admin  active           1  ${minute}  ruth$`)),
      '',
    ])

    const ended = await run(['end-sessions', 'grace', '--json'])
    expect(ended).toEqual({ code: 0, stdout: '{"sessions_ended":2}\n', stderr: '' })
    await expect.poll(() => call(second.token)).toBe(401)
    expect(await refresh(third.refreshToken)).toBe(400)
    expect(await call(ruth.token)).toBe(200)

    const fourth = await signIn('grace', changed)
    const disabled = await run(['disable', 'grace'])
    expect(disabled).toMatchObject({
      code: 0,
      stdout: 'grace is signed out everywhere, and cannot sign in.\n',
    })
    await expect.poll(() => call(fourth.token)).toBe(401)
    expect((await signIn('grace', changed)).status).toBe(401)
    expect((await run(['disable', 'grace'])).stdout).toBe('grace is disabled already.\n')
    expect((await run(['enable', 'grace'])).stdout).toBe('grace can sign in again.\n')
    expect((await run(['unlock', 'grace'])).stdout).toBe(
      'grace can sign in from anywhere again, with the same password.\n',
    )
    const fifth = await signIn('grace', changed)
    expect(fifth.status).toBe(200)

    const all = await run(['end-sessions', '--all'])
    expect(all).toEqual({ code: 0, stdout: '2 sessions have ended.\n', stderr: '' })
    await expect.poll(() => call(ruth.token)).toBe(401)
    expect([await call(fifth.token), await refresh(ruth.refreshToken)]).toEqual([401, 400])
    const next = await signIn('ruth')
    expect(await refresh(next.refreshToken)).toBe(200)
  })

  it("R114: each act is in the audit log as the operator's, and purging removes none of them", async () => {
    await run(['create-user', 'edsger'], password)
    await run(['end-sessions', 'edsger'])
    const purged = await run(['purge', '--json'])
    expect(purged).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(purged.stdout)).toEqual({
      audit_events: 0,
      sessions: 0,
      revocations: 0,
      throttle_counters: 0,
      outbox: 0,
      mail_links: 0,
      signing_keys: 0,
    })
    const { token } = await signIn('edsger')
    const headers = { authorization: `Bearer ${token}` }
    const answer = await fetch(`${server.url}/api/activity`, { headers })
    const { entries } = (await answer.json()) as { entries: { event: string; by: string }[] }
    expect(entries.map(({ event, by }) => `${event} by ${by}`)).toEqual([
      'signed_in by you',
      'sessions_ended by administrator',
      'user_created by administrator',
    ])
  })

  it('lists users for programs, including disabled ones, and finds those searched for', async () => {
    const { stdout } = await run(['list-users', '--json', '--search', 'gra'])
    expect(JSON.parse(stdout)).toEqual([
      {
        id: expect.stringMatching(/^[\w-]{22}$/),
        username: 'grace',
        email: 'grace@example.com',
        full_name: null,
        role: 'user',
        disabled: false,
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        last_seen_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
        session_count: 0,
        is_last_admin: false,
      },
    ])
    const nobody = await run(['list-users', '--json', '--search', 'nobody'])
    expect(nobody).toMatchObject({ code: 0, stdout: '[]\n' })
  })

  it('shows one user, changes them, ends one session, and deletes them once that is confirmed', async () => {
    await run(['create-user', 'joan'], password)
    const [one, other] = [await signIn('joan'), await signIn('joan')]
    const changed = await run(['change-user', 'joan', '--full-name', 'Joan Clarke'])
    expect(changed).toEqual({ code: 0, stdout: 'joan is changed.\n', stderr: '' })
    const shown = JSON.parse((await run(['show-user', 'joan', '--json'])).stdout)
    expect(shown).toMatchObject({ username: 'joan', full_name: 'Joan Clarke', is_closed: false })
    expect(shown.sessions).toHaveLength(2)
    for (const { id } of shown.sessions.slice(1)) {
      expect((await run(['end-sessions', 'joan', '--session', id])).stdout).toBe(
        '1 session has ended.\n',
      )
    }
    await expect
      .poll(async () => [await call(one.token), await call(other.token)].sort())
      .toEqual([200, 401])
    const { stdout } = await run(['show-user', 'joan'])
    expect(stdout).toMatch(/^joan {2}active {2}user\n/)
    expect(stdout).toMatch(/\nsessions {10}1\n/)
    expect(await run(['forget-device', 'joan', 'none'])).toMatchObject({ code: 1 })
    expect(await run(['delete-user', 'joan'])).toMatchObject({ code: 2, stdout: '' })
    expect((await run(['delete-user', 'joan', '--yes'])).stdout).toBe('joan is deleted.\n')
    expect((await signIn('joan')).status).toBe(401)
  })

  it('says what is refused, with exit code 1, and keeps the last admin', async () => {
    const refusals: [words: string[], input: string, sentence: RegExp][] = [
      [
        ['disable', 'ruth'],
        '',
        /^This is the last admin who can sign in: add another admin first$/,
      ],
      [['set-password', 'nobody'], password, /^There is no user "nobody"\. .*list-users/],
      [['set-password', 'ruth'], 'secret', /^password must have at least 15 characters/],
      [['set-password', 'ruth'], '', /^No password was given on standard input\.$/],
    ]
    for (const [words, input, sentence] of refusals) {
      const { code, stdout, stderr } = await run(words, input)
      expect([words, code, stdout]).toEqual([words, 1, ''])
      expect(stderr.trimEnd()).toMatch(sentence)
    }
    expect((await signIn('ruth')).status).toBe(200)
  })
})

test('a wrong call gets the usage and exit code 2; and each command has its help', async () => {
  const place = await createTestPlace('sqlite')
  const env = { DATA_DIR: place.dataDir }
  const wrong = [
    ['set-password', 'ruth', 'secret'],
    ['disable'],
    ['end-sessions', 'ruth', '--all'],
    ['list-users', 'ruth'],
    ['restore', 'one', 'two'],
    ['after-restore', 'file'],
  ]
  const called = await Promise.all(wrong.map((words) => runKeycard('cli', words, { env })))
  for (const [index, { code, stdout, stderr }] of called.entries()) {
    const [name] = wrong[index] ?? []
    expect([wrong[index], code, stdout]).toEqual([wrong[index], 2, ''])
    expect(stderr).toContain(`Usage: npm run keycard -- ${name}`)
  }
  const help = (await runKeycard('cli', ['help'], { env })).stdout
  expect(help.split('\n').filter((line) => line.length > 80)).toEqual([])
  const one = await runKeycard('cli', ['restore', '--help'], { env })
  expect(one).toMatchObject({ code: 0, stdout: expect.stringContaining('restore <file>') })
  expect(one.stdout).not.toContain('create-user')
  await place.remove()
})
