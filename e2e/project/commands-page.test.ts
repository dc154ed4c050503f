// docs/commands.md compared with the command line: each command has its row, and each JSON its members.

import { readFileSync } from 'node:fs'
import { expect, it, onTestFinished } from 'vitest'
import { createTestPlace } from '../../server/testing/databases.ts'
import { runKeycard } from '../support/keycard-process.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

const page = read('docs/commands.md')
const [scriptTable = '', rest = ''] = page.split('## The command line')
const [table = '', jsonTable = ''] = rest.split('## JSON')
const rowsOf = (text: string) => text.split('\n').filter((line) => line.startsWith('| `'))

it('has a row for each command', () => {
  const commands = [...read('server/cli.ts').matchAll(/^ {2}'?([a-z-]+)'?: \w+Command,$/gm)]
  const names = commands.map(([, name]) => name)
  expect(names.length).toBeGreaterThan(10)
  expect(rowsOf(table).map((row) => /^\| `([a-z-]+)/.exec(row)?.[1])).toEqual(names)
})

it('names npm scripts that exist', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
  const named = rowsOf(scriptTable).map((row) => /^\| `npm (?:run )?([\w-]+)/.exec(row)?.[1] ?? row)
  expect(named).toEqual(expect.arrayContaining(['dev', 'start', 'test', 'check', 'docs']))
  expect(named.filter((name) => !(name in scripts))).toEqual([])
})

it('names the members of each JSON', async () => {
  const place = await createTestPlace('sqlite')
  onTestFinished(() => place.remove())
  const env = { DATA_DIR: place.dataDir }
  const run = (words: string[], input = '') => runKeycard('cli', words, { env, input })
  await run(['create-user', 'ruth', '--admin'], 'seven lamps over a wet road')
  // `keys list` is empty before a server starts; keys.test.ts reads it beside one.
  const added = ['robot', '--name', 'Robot', '--grants', 'client_credentials', '--scopes']
  const calls = {
    'list-users': ['list-users'],
    'end-sessions': ['end-sessions', '--all'],
    'clients list': ['clients', 'list'],
    'clients add': ['clients', 'add', ...added, 'users:read', '--confidential'],
    keys: ['keys'],
    purge: ['purge'],
  }
  for (const [name, words] of Object.entries(calls)) {
    const { stdout } = await run([...words, '--json'])
    const answer: unknown = JSON.parse(stdout)
    const members = Object.keys(Array.isArray(answer) ? answer[0] : (answer as object))
    const row = rowsOf(jsonTable).find((line) => line.startsWith(`| \`${name}\``)) ?? ''
    const named = [...row.matchAll(/`(\w+)`/g)].map(([, word]) => word)
    expect([name, named.filter((word) => word !== name)]).toEqual([name, members])
  }
})
