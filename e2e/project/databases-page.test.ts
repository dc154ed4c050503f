// docs/databases.md names what is used of SQL, and where: compared with those files.

import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const page = new URL('../../docs/databases.md', import.meta.url)
const text = readFileSync(page, 'utf8')

/** In the table "What is used of PostgreSQL": the file, and the words that stand in it. */
const rows = text.split('\n').flatMap((line) => {
  const [, what = '', where = ''] = line.split('|').map((cell) => cell.trim())
  const [, file, words] = /^\[[\w.-]+\]\(([\w./-]+\.ts)\): (.*)$/.exec(where) ?? []
  if (file === undefined || words === undefined) return []
  return [{ what, file, words: [...words.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word) }]
})

describe('what is used of PostgreSQL', () => {
  it('has a row for each of its features', () => {
    expect(rows.length).toBeGreaterThan(15)
  })

  it.each(rows)('$what: $words in $file', ({ file, words }) => {
    const source = readFileSync(new URL(file, page), 'utf8')
    expect(words).not.toEqual([])
    for (const word of words) expect(source).toContain(word)
  })

  it('names every database function that is called', () => {
    const files = ['postgres.ts', 'announcements.ts', 'migration-lock.ts']
    const called = files.flatMap((file) => {
      const source = readFileSync(
        new URL(`../../server/db/postgres/${file}`, import.meta.url),
        'utf8',
      )
      return source.match(/pg_\w+(?=\()|\w+_timestamp(?=\()|(?<=`)listen/g) ?? []
    })
    expect(new Set(called)).toEqual(
      new Set(['clock_timestamp', 'pg_notify', 'listen', 'pg_try_advisory_xact_lock']),
    )
    for (const name of called) expect(text).toContain(`\`${name}`)
  })
})

it('links lead somewhere', () => {
  for (const [, target = ''] of text.matchAll(/\]\((\.\.\/[^)#]+)/g)) {
    expect(existsSync(new URL(target, page)), target).toBe(true)
  }
})

it('names commands that exist', () => {
  const cli = readFileSync(new URL('../../server/cli.ts', import.meta.url), 'utf8')
  const named = [...text.matchAll(/npm run keycard -- ([\w-]+)/g)].map(([, name = '']) => name)
  expect(named.length).toBeGreaterThan(3)
  for (const name of named) expect(cli).toMatch(new RegExp(`^ {2}'?${name}'?: \\w+Command,$`, 'm'))
})
