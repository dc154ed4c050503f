// The command line, as an operator calls it.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashSync } from 'bcryptjs'
import Libsql from 'libsql'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runKeycard, startServer } from '../e2e/support/keycard-process.ts'
import { firstBatchSize } from './db/writes/batches.ts'
import { createTestPlace } from './testing/databases.ts'

const goodPassword = 'seven lamps over a wet road'

async function makeDataDir(): Promise<string> {
  const place = await createTestPlace('sqlite')
  onTestFinished(() => place.remove())
  return place.dataDir
}

const johndoe = { username: 'johndoe', password: 'secret' }

async function getToken(url: string, form: Record<string, string>) {
  const answer = await fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams(form) })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}

describe('keycard clients', () => {
  it('adds a machine that gets a token at a running server, and removes it again', async () => {
    const dataDir = await makeDataDir()
    const server = await startServer({ DATA_DIR: dataDir })
    onTestFinished(() => void server.process.kill())
    const env = { DATA_DIR: dataDir }
    const words = ['add', 'nightly-report', '--name', 'Nightly report', '--confidential']
    const grant = ['--grants', 'client_credentials', '--scopes', 'users:read']
    const added = await runKeycard('cli', ['clients', ...words, ...grant], { env })
    expect(added).toMatchObject({ code: 0, stderr: '' })
    const [sentence, secret = ''] = added.stdout.trimEnd().split('\n')
    expect(sentence).toBe(
      'nightly-report can get tokens now. Its secret is shown only once, and not stored:',
    )
    const form = {
      grant_type: 'client_credentials',
      client_id: 'nightly-report',
      client_secret: secret,
    }
    const { body } = await getToken(server.url, form)
    expect(body).toMatchObject({ scope: 'users:read' })
    const listUsers = () =>
      fetch(`${server.url}/api/users`, {
        headers: { authorization: `Bearer ${body.access_token}` },
      })
    expect((await listUsers()).status).toBe(200)

    const removed = await runKeycard('cli', ['clients', 'remove', 'nightly-report'], { env })
    expect(removed).toMatchObject({
      code: 0,
      stdout: 'nightly-report is removed, and its tokens no longer work.\n',
    })
    // A poll of the server later.
    await expect.poll(async () => (await listUsers()).status).toBe(401)
    expect(await getToken(server.url, form)).toMatchObject({
      status: 400,
      body: { error: 'invalid_client' },
    })
  })

  it('lists them for people and for programs, without a secret', async () => {
    const env = { DATA_DIR: await makeDataDir() }
    const words = ['add', 'mobile', '--name', 'Our app', '--first-party']
    const grants = ['--grants', 'refresh_token password', '--scopes', 'me:write,me']
    const added = await runKeycard('cli', ['clients', ...words, ...grants], { env })
    expect(added.stdout).toBe('mobile can get tokens now. It is public: it has no secret.\n')
    const { stdout } = await runKeycard('cli', ['clients', 'list'], { env })
    expect(stdout).toContain('keycard-web  Our own pages (public, first-party, built in)')
    expect(stdout).toContain(
      'mobile  Our app (public, first-party)\n' +
        '    grants  password refresh_token\n' +
        '    scopes  me me:write\n',
    )
    const json = await runKeycard('cli', ['clients', 'list', '--json'], { env })
    expect(JSON.parse(json.stdout)).toEqual([
      expect.objectContaining({ client_id: 'keycard-web', built_in: true, created_at: null }),
      expect.objectContaining({ client_id: 'keycard-cli', built_in: true }),
      {
        client_id: 'mobile',
        name: 'Our app',
        confidential: false,
        first_party: true,
        grants: ['password', 'refresh_token'],
        scopes: ['me', 'me:write'],
        built_in: false,
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      },
    ])
  })

  it('says what is wrong: exit code 2 for a wrong call, 1 for a refusal', async () => {
    const env = { DATA_DIR: await makeDataDir() }
    const run = (...words: string[]) => runKeycard('cli', ['clients', ...words], { env })
    const wrong = [
      [],
      ['frobnicate'],
      ['__proto__'],
      ['add'],
      ['add', 'one', 'two'],
      ['add', 'one', '--grants', 'implicit'],
      ['add', 'one', '--scopes', 'payroll'],
      ['add', 'one', '--secret', 'x'],
      ['remove'],
      ['list', 'all'],
    ]
    for (const words of wrong) {
      const { code, stderr } = await run(...words)
      expect([words, code]).toEqual([words, 2])
      expect(stderr).toContain('Usage: npm run keycard -- clients list')
    }
    const grants = ['--name', 'Theirs', '--grants', 'password', '--scopes', 'me']
    expect(await run('add', 'theirs', ...grants)).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'grants may have password for a first-party client only, because the client sees the password\n',
    })
    expect(await run('remove', 'keycard-web')).toEqual({
      code: 1,
      stdout: '',
      stderr: 'keycard-web is built in, and stays\n',
    })
    expect(await run('remove', 'nobody')).toMatchObject({ code: 1 })
  })
})

describe('keycard import-users', () => {
  async function writeLines(...lines: unknown[]) {
    const dataDir = await makeDataDir()
    const file = join(dataDir, 'users.jsonl')
    const texts = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)))
    writeFileSync(file, `${texts.join('\n')}\n`)
    return { env: { DATA_DIR: dataDir }, file }
  }

  it('brings users who sign in with their previous password', async () => {
    const { env, file } = await writeLines(
      { username: 'johndoe', password_hash: hashSync(johndoe.password, 4), full_name: 'John Doe' },
      '',
      { username: 'boss', password_hash: hashSync('b', 4), role: 'admin', email: 'b@example.com' },
      { username: 'left', password_hash: hashSync('l', 4), disabled: true },
    )
    const imported = await runKeycard('cli', ['import-users', file], { env })
    expect(imported).toEqual({
      code: 0,
      stdout: '3 accounts are here now, and can sign in with the passwords they had.\n',
      stderr: '',
    })
    const server = await startServer({ ...env, DEMO_ACCOUNTS: 'off' })
    onTestFinished(() => void server.process.kill())
    expect(await getToken(server.url, johndoe)).toMatchObject({ status: 200 })
    const boss = { username: 'b@example.com', password: 'b', scope: 'users:read' }
    expect(await getToken(server.url, boss)).toMatchObject({ body: { scope: 'users:read' } })
    const left = { username: 'left', password: 'l' }
    expect(await getToken(server.url, left)).toMatchObject({ status: 401 })
  })

  it('brings more than fit into a batch; interrupted, the same file continues where it stopped', async () => {
    const password_hash = hashSync('secret', 4)
    const { env, file } = await writeLines(
      ...Array.from({ length: 450 }, (_, number) => ({
        username: `user${number}`,
        email: `user${number}@example.com`,
        password_hash,
      })),
    )
    const openFile = () => new Libsql(join(env.DATA_DIR, 'keycard.db'))
    await runKeycard('cli', ['list-users'], { env })
    const database = openFile()
    // Where the second batch begins, however long the first has taken: the import ends there.
    database.exec(`create trigger stop before insert on users when new.username = 'user${firstBatchSize}'
      begin select raise(abort, 'killed'); end`)
    expect((await runKeycard('cli', ['import-users', file], { env })).code).toBe(1)
    database.exec('drop trigger stop')
    const countUsers = () => database.prepare('select count(*) from users').raw().get()
    expect(countUsers()).toEqual([firstBatchSize])
    const again = await runKeycard('cli', ['import-users', file], { env })
    expect(again).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('450 accounts are here'),
    })
    expect(countUsers()).toEqual([450])
    database.close()
  })

  it('reports a line that is too long, and a file that cannot be read twice', async () => {
    const { env, file } = await writeLines({ username: 'x'.repeat(20_000) }, '{')
    const { code, stderr } = await runKeycard('cli', ['import-users', file], { env })
    expect([code, stderr.split('\n')]).toEqual([
      1,
      ['Nothing was imported.', 'line 1: is too long', 'line 2: is no JSON object', ''],
    ])
    const folder = await runKeycard('cli', ['import-users', env.DATA_DIR], { env })
    expect(folder.stderr).toMatch(/^The file cannot be read: it is read more than once/)
  })

  it('R110: says which cost would hide that an account exists', async () => {
    const { env, file } = await writeLines({ username: 'dear', password_hash: hashSync('d', 11) })
    const { stdout } = await runKeycard('cli', ['import-users', file], { env })
    expect(stdout).toContain('Some hashes have cost 11, and BCRYPT_COST is 10:')
    expect(stdout).toContain('BCRYPT_COST=11 would hide that.')
  })

  it('imports nothing where a line is wrong, and names the line without its hash', async () => {
    const good = { username: 'grace', password_hash: hashSync('secret', 4) }
    const unreadable = await writeLines(good, '{', { ...good, passwordhash: 'x' })
    const refused = await runKeycard('cli', ['import-users', unreadable.file], unreadable)
    expect(refused).toEqual({
      code: 1,
      stdout: '',
      stderr:
        'Nothing was imported.\nline 2: is no JSON object\n' +
        'line 3: Unrecognized key: "passwordhash"\n',
    })
    const ruled = await writeLines(
      good,
      '',
      { ...good, username: 'GRACE' },
      { ...good, username: 'a b', password_hash: good.password_hash.replace('$04$', '$31$') },
    )
    const broken = await runKeycard('cli', ['import-users', ruled.file], ruled)
    expect(broken).toMatchObject({ code: 1, stdout: '' })
    expect(broken.stderr.split('\n')).toEqual([
      'Nothing was imported.',
      'line 3: username is taken',
      expect.stringMatching(/^line 4: username must contain only/),
      expect.stringMatching(/^line 4: password_hash must be a bcrypt hash/),
      '',
    ])
    expect(broken.stderr).not.toContain(good.password_hash.slice(7))
    const once = await writeLines(good)
    const again = () => runKeycard('cli', ['import-users', once.file], { env: ruled.env })
    expect(await again()).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^1 account is here now/),
    })
    expect(await again()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('line 1: username is taken'),
    })
  })

  it('says how to call it, and that a file is not there', async () => {
    const env = { DATA_DIR: await makeDataDir() }
    expect(await runKeycard('cli', ['import-users'], { env })).toMatchObject({ code: 2 })
    const missing = await runKeycard('cli', ['import-users', 'nowhere.jsonl'], { env })
    expect(missing).toMatchObject({ code: 1 })
    expect(missing.stderr).toMatch(/^The file cannot be read: ENOENT/)
  })
})

describe('keycard create-user', () => {
  it('makes an admin who can sign in at a running server', async () => {
    const dataDir = await makeDataDir()
    const server = await startServer({ DATA_DIR: dataDir })
    onTestFinished(() => void server.process.kill())
    const env = { DATA_DIR: dataDir }
    const made = await runKeycard('cli', ['create-user', 'ruth', '--admin'], {
      env,
      input: `${goodPassword}\n`,
    })
    expect(made).toEqual({ code: 0, stdout: 'ruth can sign in now, as an admin.\n', stderr: '' })
    const answer = await fetch(`${server.url}/token`, {
      method: 'POST',
      body: new URLSearchParams({ username: 'ruth', password: goodPassword, scope: 'users:read' }),
    })
    expect(await answer.json()).toMatchObject({ scope: 'users:read' })
  })

  it('refuses a short password and a taken name with a sentence and exit code 1', async () => {
    const env = { DATA_DIR: await makeDataDir() }
    const short = await runKeycard('cli', ['create-user', 'ruth'], { env, input: 'secret\n' })
    expect(short).toMatchObject({ code: 1, stdout: '' })
    expect(short.stderr).toMatch(/^password must have at least 15 characters/)
    const input = `${goodPassword}\n`
    await runKeycard('cli', ['create-user', 'ruth'], { env, input })
    const taken = await runKeycard('cli', ['create-user', 'RUTH'], { env, input })
    expect(taken).toEqual({
      code: 1,
      stdout: '',
      stderr: 'That username or email is taken\n',
    })
  })

  it('takes no password as an argument, and says how to call it with exit code 2', async () => {
    const env = { DATA_DIR: await makeDataDir() }
    const named = await runKeycard('cli', ['create-user', 'ruth', '--password', 'x'], { env })
    expect(named.code).toBe(2)
    expect(named.stderr).toContain('npm run keycard -- create-user <username>')
    expect(await runKeycard('cli', ['frobnicate'], { env })).toMatchObject({ code: 2 })
    expect(await runKeycard('cli', [], { env })).toMatchObject({ code: 0 })
  })

  it('makes no demo accounts', async () => {
    const env = { DATA_DIR: await makeDataDir() }
    const input = `${goodPassword}\n`
    const made = await runKeycard('cli', ['create-user', 'johndoe'], { env, input })
    expect(made).toMatchObject({ code: 0 })
  })
})
