// The command line, as an operator calls it.

import { describe, expect, it, onTestFinished } from 'vitest'
import { createTestPlace } from '../e2e/databases.ts'
import { runKeycard, startServer } from '../e2e/keycard-process.ts'

const goodPassword = 'seven lamps over a wet road'

async function makeDataDir(): Promise<string> {
  const place = await createTestPlace('sqlite')
  onTestFinished(() => place.remove())
  return place.dataDir
}

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
      stderr: 'That user name or e-mail address is taken\n',
    })
  })

  it('takes no password as an argument, and says how it is called with exit code 2', async () => {
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
