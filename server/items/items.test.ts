// Items: each user's own, paged by a cursor that inserts and deletes do not disturb.

import { expect, test } from 'vitest'
import type { Database } from '../db/database.ts'
import { makeRandomId } from '../db/random-id.ts'
import {
  forEachEngine,
  insertUser,
  openTestDatabase,
  shareTestDatabase,
} from '../testing/databases.ts'
import { explainQueries } from '../testing/explain-queries.ts'
import { createTestClock } from '../testing/test-clock.ts'
import { createItems } from './items.ts'

async function openItems(database: Database) {
  const clock = createTestClock()
  const items = createItems({ database, clock })
  const [me, other] = [await insertUser(database), await insertUser(database)]
  return {
    clock,
    items,
    me,
    other,
    /** Makes items with these titles, one second apart. */
    async create(...titles: string[]) {
      const made = []
      for (const title of titles) {
        clock.advance(1_000)
        made.push(await items.create(me, { title, description: '' }))
      }
      return made
    },
    async page(cursor: string | null | undefined, limit = 2) {
      const page = await items.list(me, { limit, cursor: cursor ?? undefined })
      return { titles: page.items.map(({ title }) => title).join(' '), next: page.next_cursor }
    },
  }
}

const notFound = { reason: 'not_found', message: 'There is no such item' }

forEachEngine((engine) => {
  const database = shareTestDatabase(engine)

  test('a created item comes back unchanged', async () => {
    const { items, me } = await openItems(database())
    const made = await items.create(me, { title: 'Tür', description: 'grün 🚪' })
    expect(made).toEqual({
      id: expect.stringMatching(/^[\w-]{22}$/),
      title: 'Tür',
      description: 'grün 🚪',
      created_at: '2026-01-02T03:04:05.000Z',
      updated_at: '2026-01-02T03:04:05.000Z',
      version: 1,
    })
    expect(await items.list(me, { limit: 10 })).toEqual({ items: [made], next_cursor: null })
  })

  test('pages go on from newest to oldest, and the last one says so', async () => {
    const { create, page } = await openItems(database())
    expect(await page(null)).toEqual({ titles: '', next: null })
    await create('1', '2', '3', '4', '5')
    const first = await page(null)
    const second = await page(first.next)
    const third = await page(second.next)
    expect([first.titles, second.titles, third.titles]).toEqual(['5 4', '3 2', '1'])
    expect(third.next).toBeNull()
  })

  test('a page that ends with the last item is the last page', async () => {
    const { create, page } = await openItems(database())
    await create('1', '2')
    expect(await page(null)).toEqual({ titles: '2 1', next: null })
  })

  test('items created meanwhile neither repeat nor hide one', async () => {
    const { create, page } = await openItems(database())
    await create('1', '2', '3', '4')
    const first = await page(null)
    await create('5', '6', '7')
    expect([first.titles, (await page(first.next)).titles]).toEqual(['4 3', '2 1'])
  })

  test('items deleted meanwhile hide none, even where the page ended with one of them', async () => {
    const { create, page, items, me } = await openItems(database())
    const [, second, third, fourth] = await create('1', '2', '3', '4', '5')
    const first = await page(null)
    for (const item of [fourth, third]) await items.delete(me, item?.id ?? '')
    expect([first.titles, (await page(first.next)).titles]).toEqual(['5 4', '2 1'])
    await items.delete(me, second?.id ?? '')
    expect((await page(first.next)).titles).toBe('1')
  })

  test('items of the same millisecond are each listed once', async () => {
    const { items, me, page } = await openItems(database())
    for (const title of ['a', 'b', 'c', 'd', 'e']) {
      await items.create(me, { title, description: '' })
    }
    let titles = ''
    let cursor: string | null | undefined
    while (cursor !== null) {
      const { titles: more, next } = await page(cursor)
      titles = `${titles} ${more}`
      cursor = next
    }
    expect(titles.trim().split(' ').sort()).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  test('a change keeps the fields that are not given, and the place in the list', async () => {
    const { create, items, me, clock, page } = await openItems(database())
    const [one] = await create('1', '2')
    clock.advance(5_000)
    const changed = await items.update(me, one?.id ?? '', { description: 'new' })
    expect(changed).toEqual({
      ...one,
      description: 'new',
      updated_at: new Date(clock.now()).toISOString(),
      version: 2,
    })
    expect((await page(null)).titles).toBe('2 1')
  })

  test('a search finds all words, in any order and case, page by page, in one’s own items only', async () => {
    const { create, items, me, other } = await openItems(database())
    const [, tea] = await create('Oat Milk', 'Green TEA', 'Milk tea', 'Straße')
    await items.update(me, tea?.id ?? '', { description: 'with milk' })
    const find = async (search: string, cursor?: string) => {
      const page = await items.list(me, { search, limit: 1, cursor })
      return { titles: page.items.map(({ title }) => title), next: page.next_cursor }
    }
    const first = await find('tea MILK')
    expect(first.titles).toEqual(['Milk tea'])
    const second = await find('tea MILK', first.next ?? '')
    expect(second.titles).toEqual(['Green TEA'])
    expect(await find('tea MILK', second.next ?? '')).toEqual({ titles: [], next: null })
    expect((await find('raß')).titles).toEqual(['Straße'])
    expect((await find('%')).titles).toEqual([])
    expect((await items.list(other, { search: 'milk', limit: 10 })).items).toEqual([])
  })

  test('a search looks through no more than 2,000 items at once, and goes on', async () => {
    const { create, items, me } = await openItems(database())
    const [oldest] = await create('a needle')
    const ofMe = database().kysely.selectFrom('items').selectAll().where('owner_id', '=', me)
    const model = await ofMe.executeTakeFirstOrThrow()
    for (let added = 0; added < 2_500; added += 500) {
      const hay = Array.from({ length: 500 }, () => ({
        ...{ ...model, id: makeRandomId(), title: 'hay' },
        created_at_ms: model.created_at_ms + 1,
      }))
      await database().kysely.insertInto('items').values(hay).execute()
    }
    const none = await items.list(me, { search: 'needle', limit: 20 })
    expect([none.items, none.next_cursor === null]).toEqual([[], false])
    const cursor = none.next_cursor ?? ''
    expect(await items.list(me, { search: 'needle', limit: 20, cursor })).toEqual({
      items: [oldest],
      next_cursor: null,
    })
  })

  test('a deleted item comes back to its place, twice as well as once, and to its owner only', async () => {
    const { create, items, me, other, page } = await openItems(database())
    const [, second] = await create('1', '2', '3')
    if (!second) throw new Error('There is no second')
    await items.delete(me, second.id)
    expect((await page(null)).titles).toBe('3 1')
    const restored = await items.restore(me, second)
    expect(restored).toMatchObject({ ...second, updated_at: expect.any(String), version: 2 })
    expect(await items.restore(me, second)).toEqual(restored)
    expect((await page(null, 5)).titles).toBe('3 2 1')
    await expect(items.restore(other, second)).rejects.toMatchObject({ reason: 'conflict' })
    expect((await items.list(other, { limit: 10 })).items).toEqual([])
  })

  test("another user's item is not found: neither listed, changed nor deleted", async () => {
    const { create, items, me, other } = await openItems(database())
    const [mine] = await create('mine')
    const id = mine?.id ?? ''
    await expect(items.update(other, id, { title: 'theirs' })).rejects.toMatchObject(notFound)
    await expect(items.delete(other, id)).rejects.toMatchObject(notFound)
    expect((await items.list(other, { limit: 10 })).items).toEqual([])
    expect((await items.list(me, { limit: 10 })).items).toEqual([mine])
    await items.delete(me, id)
    await expect(items.delete(me, id)).rejects.toMatchObject(notFound)
    await expect(items.update(me, id, { title: 'gone' })).rejects.toMatchObject(notFound)
  })

  test("a cursor of another user's list shows nothing of it", async () => {
    const { create, items, other, page } = await openItems(database())
    await create('1', '2', '3')
    const { next } = await page(null)
    expect((await items.list(other, { limit: 10, cursor: next ?? '' })).items).toEqual([])
  })

  test('a cursor that is not ours is refused, with the field named', async () => {
    const { items, me, page, create } = await openItems(database())
    await create('1', '2', '3')
    const { next } = await page(null)
    const garbage = [
      '',
      'x',
      '.',
      '1.',
      '.a',
      '-1.a',
      '1e3.a',
      '9999999999999999.a',
      `${next} `,
      '1.é',
      '1.a.b',
    ]
    for (const cursor of garbage) {
      await expect(items.list(me, { limit: 2, cursor })).rejects.toMatchObject({
        reason: 'invalid_input',
        fields: [{ path: 'cursor', message: 'must be the next_cursor of the page before' }],
      })
    }
    expect((await page(next)).titles).toBe('1')
    expect((await page('999999999999999.zzz')).titles).toBe('3 2')
  })
})

test('SQLite searches by the index of the list, and sorts nothing', async () => {
  const { database, readPlans } = explainQueries(await openTestDatabase('sqlite'))
  const items = createItems({ database, clock: createTestClock() })
  await items.list('me', { search: 'needle', limit: 20, cursor: '1.a' })
  const [plan] = await readPlans()
  expect(plan).toMatch(/^SEARCH items USING INDEX items_owner_id_created_at_ms_id/)
  expect(plan).not.toMatch(/TEMP B-TREE/)
})
