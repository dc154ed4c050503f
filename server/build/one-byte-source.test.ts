// What is built holds no character beyond Latin-1, and means the same.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, type PluginOption } from 'vite'
import { afterAll, expect, it } from 'vitest'
import { oneByteSource } from './one-byte-source.ts'

const folder = mkdtempSync(join(tmpdir(), 'keycard-one-byte-'))
afterAll(() => rmSync(folder, { recursive: true }))

const text = `
// A comment that says … and 🔑.
export const quoted = 'wait … 🔑 é'
export const template = \`\${quoted} – “so”\`
export const wholeCharacters = '🔑…'.replaceAll(/[🔑…]/gu, 'x')
export const range = /^[一-龥]+$/.test('漢字')
`

async function buildModule(name: string, plugins: PluginOption[]): Promise<string> {
  const entry = join(folder, `${name}.ts`)
  writeFileSync(entry, text)
  await build({
    configFile: false,
    root: folder,
    logLevel: 'silent',
    plugins,
    build: { ssr: entry, outDir: join(folder, name), minify: false },
  })
  return join(folder, name, `${name}.mjs`)
}

it('a module says the same, at one byte a character', async () => {
  const plain = await buildModule('plain', [])
  const oneByte = await buildModule('one-byte', [oneByteSource()])
  expect(readFileSync(plain, 'utf8')).toMatch(/[\u0100-\uffff]/)
  expect(readFileSync(oneByte, 'utf8')).not.toMatch(/[\u0100-\uffff]/)
  const read = async (file: string) => ({ ...(await import(pathToFileURL(file).href)) })
  expect(await read(oneByte)).toEqual(await read(plain))
  expect(await read(oneByte)).toMatchObject({ wholeCharacters: 'xx', range: true })
})
