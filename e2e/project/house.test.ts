// docs/architecture.md compared with the imports: its picture, and its tables of rooms.

import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { floors, listImports } from './architecture.ts'
import { drawHouse, housePicture, schemes } from './house.ts'
import { readSources } from './read-sources.ts'

const imports = listImports(readSources(fileURLToPath(new URL('../..', import.meta.url))))
const page = readFileSync(new URL('../../docs/architecture.md', import.meta.url), 'utf8')

describe('the picture of the house', () => {
  it.each(schemes)('agrees with the imports, %s', (scheme) => {
    const isTrue = readFileSync(housePicture(scheme), 'utf8') === drawHouse(imports, scheme)
    expect(isTrue, `${housePicture(scheme).pathname} is out of date: npm run docs`).toBe(true)
  })

  it('changes with an arrow between two rooms of Keycard', () => {
    const from = 'server/auth/secrets/sealed-text.ts'
    const to = 'server/auth/audit/audit-log.ts'
    expect(drawHouse([...imports, { from, to }], 'light')).not.toBe(drawHouse(imports, 'light'))
  })

  it('stays the same when a builder adds rooms, or deletes the sample', () => {
    const withoutItems = imports.filter((arrow) => !/\/items\b/.test(JSON.stringify(arrow)))
    const added = [
      ['server/plants/plants.ts', 'server/contract/text.ts'],
      ['server/auth/groups/groups.ts', 'server/auth/account/profile-change.ts'],
      ['client/pages/plants/plants-page.tsx', 'client/api/trpc.ts'],
      ['client/charts/growth.tsx', 'client/session/session.ts'],
    ].map(([from = '', to = '']) => ({ from, to }))
    expect(drawHouse([...withoutItems, ...added], 'light')).toBe(drawHouse(imports, 'light'))
  })
})

it.each(floors.filter(({ name }) => !['launch', 'build'].includes(name)))(
  'the tables have a row for $name and each of its rooms',
  ({ name, rooms = [] }) => {
    expect(page).toContain(`| \`${name}\` |`)
    const [, ownRows = ''] = page.split(`| \`${name}\` |`)
    const [rows = ''] = ownRows.split(/^\| `/m)
    const named = rooms.filter((room) => room !== '.').map((room) => room.replace(/\.tsx?$/, ''))
    for (const room of named) expect(rows).toContain(`\`${room}\``)
  },
)
