// A `.env` as different editors and shells write it.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { readEnvFile } from './env-file.js'

function makePath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keycard-env-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, '.env')
}

test.each([
  ['plain', 'NODE_ENV=production\nPORT=4000\n'],
  ['a byte order mark and CRLF', '\uFEFFNODE_ENV=production\r\nPORT=4000\r\n'],
  ['quotes', `NODE_ENV="production"\r\nPORT='4000'\r\n`],
  ['export, and comments', '# ours\nexport NODE_ENV=production # always\nexport PORT=4000\n'],
  ['spaces, and no last line end', ' NODE_ENV = production\nPORT = 4000'],
])('%s', (_name, text) => {
  const file = makePath()
  writeFileSync(file, text)
  expect(readEnvFile(file)).toEqual({ NODE_ENV: 'production', PORT: '4000' })
})

test('a missing file sets nothing', () => {
  expect(readEnvFile(makePath())).toEqual({})
})

test('a file that cannot be read is explained in a sentence', () => {
  const [utf16, folder] = [makePath(), makePath()]
  writeFileSync(utf16, Buffer.from('\uFEFFPORT=4000', 'utf16le'))
  mkdirSync(folder)
  expect(() => readEnvFile(utf16)).toThrow(`${utf16} is not UTF-8: save it as UTF-8.`)
  expect(() => readEnvFile(folder)).toThrow(`${folder} is a folder: put a file in its place`)
})
