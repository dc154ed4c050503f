// docs/security.md says which test proves what: compared with the tests themselves.

import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const page = new URL('../../docs/security.md', import.meta.url)
const root = fileURLToPath(new URL('../../', import.meta.url))
const rows = readFileSync(page, 'utf8')
  .split('\n')
  .flatMap((line) => {
    const [, number, , , tests] = line.split('|').map((cell) => cell.trim())
    return number?.startsWith('R') && tests !== undefined ? [{ number, tests }] : []
  })

it('lists each number once', () => {
  const numbers = rows.map(({ number }) => number)
  expect(numbers.length).toBeGreaterThan(60)
  expect(new Set(numbers).size).toBe(numbers.length)
})

it.each(rows)(
  '$number stands in a test of every file that is named for it',
  ({ number, tests }) => {
    const files = [...tests.matchAll(/\]\((\.\.\/[\w./-]+)\)/g)].map(([, file = '']) => file)
    expect(files).not.toEqual([])
    for (const file of files) {
      expect(readFileSync(new URL(file, page), 'utf8'), file).toMatch(titleWith(number))
    }
  },
)

it('misses no test that names a number', () => {
  const listed = new Map(rows.map(({ number, tests }) => [number, tests]))
  const missing = listTests().flatMap((file) =>
    [...listNumbers(readFileSync(`${root}${file}`, 'utf8'))]
      .filter((number) => !listed.get(number)?.includes(`(../${file})`))
      .map((number) => `${number} ${file}`),
  )
  expect(missing).toEqual([])
})

function listTests(): string[] {
  return ['server', 'client', 'e2e'].flatMap((folder) =>
    readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.(test|spec)\.tsx?$/.test(file) && !file.includes('node_modules'))
      .map((file) => `${folder}/${file.replaceAll('\\', '/')}`),
  )
}

/** In the titles of its tests. */
function listNumbers(source: string): Set<string> {
  const titles = source.matchAll(/\b(?:test|it|describe)\b[^'"`\n]*\(\s*(['"`])(.*?)\1/g)
  return new Set([...titles].flatMap(([, , title = '']) => title.match(/\bR\d+\b/g) ?? []))
}

/** In a string, as titles are, and not just in a comment. */
function titleWith(number: string): RegExp {
  return new RegExp(`['"\`][^'"\`\\n]*\\b${number}\\b`)
}
