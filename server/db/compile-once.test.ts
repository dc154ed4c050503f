// A statement that is compiled once runs each time with its own values, on both engines.

import { type RawBuilder, sql } from 'kysely'
import { expect, test } from 'vitest'
import { forEachEngine, insertUser, openTestDatabase } from '../testing/databases.ts'
import { compileOnce, type Slots } from './compile-once.ts'

forEachEngine((engine) => {
  test('each call has its own values, at once and one after the other', async () => {
    const database = await openTestDatabase(engine)
    const { kysely } = database
    const ids = [await insertUser(database), await insertUser(database)]
    let built = 0
    const rename = compileOnce(kysely, (slot: Slots<{ id: string; name: string | null }>) => {
      built += 1
      return kysely
        .updateTable('users')
        .set({ full_name: slot('name') })
        .where('id', '=', slot('id'))
        .returning(['id', 'full_name'])
    })
    const rows = await Promise.all(ids.map((id, index) => rename({ id, name: `name ${index}` })))
    expect(rows.flat()).toEqual(ids.map((id, index) => ({ id, full_name: `name ${index}` })))
    const [id = ''] = ids
    expect(await rename({ id, name: null })).toEqual([{ id, full_name: null }])
    expect(await rename({ id: 'nobody', name: 'x' })).toEqual([])
    expect(built).toBe(1)
  })

  test('with another part it is another statement', async () => {
    const { kysely } = await openTestDatabase(engine)
    const add = compileOnce(kysely, (slot: Slots<{ one: string }>, other: RawBuilder<string>) =>
      kysely.selectNoFrom(sql<string>`${slot('one')} || ${other}`.as('both')),
    )
    const [b, c] = [sql.lit('b'), sql.lit('c')]
    expect(await add({ one: 'a' }, b)).toEqual([{ both: 'ab' }])
    expect(await add({ one: 'A' }, b)).toEqual([{ both: 'Ab' }])
    expect(await add({ one: 'a' }, c)).toEqual([{ both: 'ac' }])
  })
})
