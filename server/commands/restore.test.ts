// `backup` while a server runs, and `restore` once it has stopped.

import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runKeycard, type ServerProcess, startServer } from '../../e2e/support/keycard-process.ts'
import { productName } from '../contract/brand.ts'
import { createTestPlace } from '../testing/databases.ts'

async function signIn({ url }: ServerProcess) {
  const body = new URLSearchParams({ username: 'johndoe', password: 'secret' })
  const answer = await fetch(`${url}/token`, { method: 'POST', body })
  return (await answer.json()) as { access_token: string; refresh_token: string }
}

/** The answers to a call and to a refresh. */
async function use({ url }: ServerProcess, tokens: Awaited<ReturnType<typeof signIn>>) {
  const headers = { authorization: `Bearer ${tokens.access_token}` }
  const { refresh_token } = tokens
  const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token })
  const answers = await Promise.all([
    fetch(`${url}/api/protected`, { headers }),
    fetch(`${url}/token`, { method: 'POST', body }),
  ])
  return answers.map(({ status }) => status)
}

test('R67: a backup of a running server is restored once it is stopped, and revives no token', async () => {
  const place = await createTestPlace('sqlite')
  onTestFinished(() => place.remove())
  const env = { DATA_DIR: place.dataDir }
  const run = (...words: string[]) => runKeycard('cli', words, { env })
  const server = await startServer(env)
  onTestFinished(() => void server.process.kill())
  const before = await signIn(server)

  const file = join(place.dataDir, 'keycard-backup.db')
  expect(await run('backup', file)).toEqual({
    code: 0,
    stdout:
      `${file} holds the whole database, with 3 accounts. It does not contain the master key: ` +
      `keep a copy of ${place.dataDir}/master.key too, in another place.\n`,
    stderr: '',
  })
  const after = await signIn(server)
  expect(await run('restore', file)).toEqual({
    code: 1,
    stdout: '',
    stderr: `A server of ${productName}, or another program, has the database open: stop it first. Nothing was changed.\n`,
  })
  expect(await use(server, before)).toEqual([200, 200])

  server.process.kill('SIGKILL')
  await once(server.process, 'exit')
  const restored = await run('restore', file)
  expect(restored).toMatchObject({ code: 0, stderr: '' })
  const [, kept = ''] = /What was there before is in (\S+)\.\n$/.exec(restored.stdout) ?? []
  expect(existsSync(kept)).toBe(true)

  const again = await startServer(env)
  onTestFinished(() => void again.process.kill())
  expect(await use(again, before)).toEqual([401, 400])
  expect(await use(again, after)).toEqual([401, 400])
  expect(await use(again, await signIn(again))).toEqual([200, 200])
})
