// What may be bound to a statement, and what is refused before a driver sees it.

import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { forEachEngine, openTestDatabase } from '../testing/databases.ts'

const refused: [unknown, string][] = [
  [true, 'type boolean'],
  [undefined, 'type undefined'],
  [Symbol('secret'), 'type symbol'],
  [new Date(0), 'type Date'],
  [{ secret: 1 }, 'type Object'],
  [['secret'], 'type Array'],
  [Object.create(null), 'type null'],
  [new ArrayBuffer(2), 'type ArrayBuffer'],
  [Number.NaN, 'not finite'],
  [Number.POSITIVE_INFINITY, 'not finite'],
  [2 ** 53, 'beyond 2^53'],
  [2n ** 63n, 'beyond 64 bits'],
  ['secret\0', 'NUL'],
  ['secret\ud800', 'lone surrogate'],
]

forEachEngine((engine) => {
  test('a value of a wrong type throws, is not named, and the process lives', async () => {
    const database = await openTestDatabase(engine)
    const { kysely } = database
    for (const [value, reason] of refused) {
      const read = sql`select ${sql.val(value)} as value`
      const outcome = await read.execute(kysely).catch((error: unknown) => error)
      expect(outcome).toBeInstanceOf(TypeError)
      expect(String(outcome)).toContain(reason)
      expect(String(outcome)).not.toContain('secret')
      const write = { compile: () => read.compile(kysely) }
      await expect(database.runAtomically([write])).rejects.toThrow(reason)
    }
    await database.ping()
  })

  test('text, numbers, bigints, null and bytes go through unchanged', async () => {
    const { kysely } = await openTestDatabase(engine)
    const bytes = new Uint8Array([9, 1, 2, 3, 9]).subarray(1, 4)
    const type = { bytes: engine === 'sqlite' ? sql`blob` : sql`bytea` }
    const { rows } = await sql<Record<string, unknown>>`select
      cast(${'Zoë 😀'} as text) as text,
      cast(${Number.MAX_SAFE_INTEGER} as bigint) as large,
      cast(${-7n} as bigint) as bigint,
      cast(${null} as text) as empty,
      cast(${bytes} as ${type.bytes}) as bytes`.execute(kysely)
    expect({ ...rows[0], bytes: [...new Uint8Array(rows[0]?.bytes as ArrayBuffer)] }).toEqual({
      text: 'Zoë 😀',
      large: Number.MAX_SAFE_INTEGER,
      bigint: -7,
      empty: null,
      bytes: [1, 2, 3],
    })
  })
})
