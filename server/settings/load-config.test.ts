// Where settings and data are looked for, and the warnings about names that are not settings.

import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runKeycard } from '../../e2e/support/keycard-process.ts'
import { productName } from '../contract/brand.ts'

function makeFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'keycard-home-')))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** A command that opens the database, in `cwd`; `home`: the package that the launcher has named. */
function run(cwd: string, home?: string, env: Record<string, string> = {}) {
  const tell = `globalThis[Symbol.for('keycard.packageFolder')] = ${JSON.stringify(home)}`
  return runKeycard('cli', ['keys', 'list'], {
    env,
    cwd,
    execArgv:
      home === undefined ? [] : ['--import', `data:text/javascript,${encodeURIComponent(tell)}`],
  })
}

test('without the launcher, .env and data are in the working directory; a warning names what is not a setting', async () => {
  const here = makeFolder()
  const lines = ['DATA_DIR=data', 'MASTER_KYE=a', 'JWT_SECRET=b', 'DOMAIN=login.example.com']
  writeFileSync(join(here, '.env'), `\uFEFF${lines.join('\r\n')}\r\n`)
  expect(await run(here)).toMatchObject({
    code: 0,
    stderr:
      'JWT_SECRET in .env is no setting.\nMASTER_KYE in .env is no setting. Is MASTER_KEY meant?\n',
  })
  expect(existsSync(join(here, 'data/keycard.db'))).toBe(true)
})

test('with it, they are in the package; a configured path is relative to the working directory', async () => {
  const [here, home] = [makeFolder(), makeFolder()]
  expect(await run(here, home)).toMatchObject({ code: 0, stderr: '' })
  expect(existsSync(join(home, '.data/keycard.db'))).toBe(true)
  writeFileSync(join(home, '.env'), 'DATA_DIR=data\n')
  expect(await run(here, home)).toMatchObject({ code: 0, stderr: '' })
  expect(existsSync(join(here, 'data/keycard.db'))).toBe(true)
})

test('data and settings of an earlier version, in the working directory, are named with their new places', async () => {
  const [here, home] = [makeFolder(), makeFolder()]
  mkdirSync(join(here, '.data'))
  writeFileSync(join(here, '.data/master.key'), '')
  writeFileSync(join(here, '.env'), 'NODE_ENV=production\n')
  const refused = await run(here, home)
  expect(refused.code).toBe(1)
  expect(refused.stderr.split('\n')).toEqual([
    expect.stringContaining(
      `${here}/.data has the data of ${productName}, which by default are now in ${home}/.data`,
    ),
    expect.stringContaining(`${here}/.env is not read: settings are in ${home}/.env`),
    '',
  ])
  expect(existsSync(join(home, '.data'))).toBe(false)
  // Each warning names a way out.
  writeFileSync(join(home, '.env'), '')
  expect(await run(here, home, { DATA_DIR: join(home, 'data') })).toMatchObject({ code: 0 })
})
