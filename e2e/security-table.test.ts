// docs/security.md says which test proves what: held against the tests themselves.

import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const page = new URL('../docs/security.md', import.meta.url)
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

/** In a string, as titles are, and not just in a comment. */
function titleWith(number: string): RegExp {
  return new RegExp(`['"\`][^'"\`\\n]*\\b${number}\\b`)
}
