// The master key: made once, readable by its owner only, and the root of every other secret.

import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { StartError } from '../../settings/start-error.ts'
import { createMasterKeys, loadMasterKeyFile } from './master-key.ts'

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keycard-key-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

const makeKey = () => randomBytes(32)

function explainLoading(folder: string): string {
  try {
    loadMasterKeyFile(folder)
    return 'taken'
  } catch (error) {
    expect(error).toBeInstanceOf(StartError)
    return (error as StartError).message
  }
}

/** A process of its own that prints the key it gets. */
async function loadInProcess(folder: string, before = ''): Promise<string> {
  const module = new URL('./master-key.ts', import.meta.url).href
  const program = `
    ${before}
    const { loadMasterKeyFile } = await import(${JSON.stringify(module)})
    const [key] = loadMasterKeyFile(${JSON.stringify(folder)})
    console.log(Buffer.from(key).toString('base64'))`
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', program],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  await once(child, 'close')
  return output.trim()
}

test('R113: the first start makes 32 random bytes that only their owner can read', () => {
  const folder = join(makeFolder(), 'data')
  const [key] = loadMasterKeyFile(folder)
  expect(key).toHaveLength(32)
  expect(statSync(join(folder, 'master.key')).mode & 0o777).toBe(0o600)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(readdirSync(folder)).toEqual(['master.key'])
})

test('every later start reads the same key', () => {
  const folder = makeFolder()
  const [key] = loadMasterKeyFile(folder)
  expect(loadMasterKeyFile(folder)).toEqual([key])
  expect(loadMasterKeyFile(makeFolder())).not.toEqual([key])
})

/** As FAT, exFAT, many SMB shares and Azure Files answer. */
const withoutHardLinks = `
  import fs from 'node:fs'
  import { syncBuiltinESMExports } from 'node:module'
  fs.linkSync = () => {
    throw Object.assign(new Error('no links'), { code: 'EPERM' })
  }
  syncBuiltinESMExports()`

test.each([
  ['', ''],
  [' on a file system without hard links', withoutHardLinks],
])('processes that start together%s get one key, and leave no draft behind', async (_, before) => {
  const folder = makeFolder()
  const keys = await Promise.all([1, 2, 3].map(() => loadInProcess(folder, before)))
  expect(new Set(keys)).toEqual(new Set([readFileSync(join(folder, 'master.key'), 'utf8').trim()]))
  expect(readdirSync(folder)).toEqual(['master.key'])
})

test('a lock that a killed start has left is not waited for forever', async () => {
  const folder = makeFolder()
  writeFileSync(join(folder, 'master.key.lock'), '')
  expect(await loadInProcess(folder, withoutHardLinks)).toHaveLength(44)
  expect(readdirSync(folder)).toEqual(['master.key'])
})

test.each(['644', '604', '602'])(
  'R113: a key that others can read (mode %s) is refused',
  (mode) => {
    const folder = makeFolder()
    loadMasterKeyFile(folder)
    const file = join(folder, 'master.key')
    chmodSync(file, Number.parseInt(mode, 8))
    expect(explainLoading(folder)).toBe(
      `${file} can be read by others (mode ${mode}). Close it with: chmod 600 ${file}`,
    )
    chmodSync(file, 0o600)
    expect(explainLoading(folder)).toBe('taken')
  },
)

test.each(['640', '660', '440'])(
  'a key that its group can read (mode %s) is accepted, with a warning',
  (mode) => {
    const folder = makeFolder()
    const warnings: string[] = []
    const load = () => loadMasterKeyFile(folder, (sentence) => warnings.push(sentence))
    const keys = load()
    const file = join(folder, 'master.key')
    expect(warnings).toEqual([])
    chmodSync(file, Number.parseInt(mode, 8))
    expect(load()).toEqual(keys)
    expect(warnings).toEqual([
      expect.stringContaining(`${file} is open to its group (mode ${mode}). Where no other user`),
    ])
  },
)

test.each([
  ['empty', ''],
  ['too short', `${Buffer.alloc(31, 7).toString('base64')}\n`],
  ['zeros', `${Buffer.alloc(32).toString('base64')}\n`],
  ['a sample', `${'changeme'.repeat(8)}\n`],
  ['not base64', 'this is no key at all !!!!\n'],
  ['one good and one cut short', `${makeKey().toString('base64')}\nAAAA\n`],
])('a damaged key file (%s) is refused and left as it is', (_name, content) => {
  const folder = makeFolder()
  const file = join(folder, 'master.key')
  writeFileSync(file, content, { mode: 0o600 })
  expect(explainLoading(folder)).toMatch(/master\.key is damaged: it must hold 32 random bytes/)
  expect(readFileSync(file, 'utf8')).toBe(content)
})

test('a data folder that is a file is explained in a sentence', () => {
  const file = join(makeFolder(), 'file')
  writeFileSync(file, '')
  for (const folder of [file, join(file, 'below')]) {
    expect(explainLoading(folder)).toBe(
      `A file is in the way of the data folder ${folder}: set DATA_DIR to another one.`,
    )
  }
})

test.each(['\n', '\r\n', ',', ' , '])(
  'the file may list several keys, newest first, with %j between',
  (mark) => {
    const folder = makeFolder()
    const [newest, older] = [makeKey(), makeKey()]
    const text = `\uFEFF${newest.toString('base64')}${mark}${older.toString('base64url')}\r\n`
    writeFileSync(join(folder, 'master.key'), text, { mode: 0o600 })
    expect(loadMasterKeyFile(folder)).toEqual([newest, older])
  },
)

test('a file with one key twice is refused: it is a half-finished change', () => {
  const folder = makeFolder()
  const key = makeKey()
  const text = `${key.toString('base64')}\n${key.toString('base64url')}`
  writeFileSync(join(folder, 'master.key'), text, { mode: 0o600 })
  expect(explainLoading(folder)).toContain('has the same key twice')
})

test('every label and every master key gives a key of its own, each with the id of its master', () => {
  const masters = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
  const keys = createMasterKeys(masters)
  const labels = ['refresh-token', 'password-pepper', 'signing-keys'] as const
  const derived = labels.flatMap((label) => keys.derive(label))
  const distinct = new Set(derived.map(({ key }) => Buffer.from(key).toString('hex')))
  expect(distinct.size).toBe(6)
  for (const master of masters) expect(distinct).not.toContain(master.toString('hex'))
  expect(new Set(derived.map(({ id }) => id)).size).toBe(2)
  expect(derived.every(({ key }) => key.length === 32)).toBe(true)
})

test('new values use the newest key; the order of the list is kept', () => {
  const [one, two] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
  const [first, second] = createMasterKeys([one, two]).derive('signing-keys')
  expect(createMasterKeys([one]).derive('signing-keys')).toEqual([first])
  expect(createMasterKeys([two]).derive('signing-keys')).toEqual([second])
})
