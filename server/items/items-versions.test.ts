// Two who change one item: the second is told, and sees what the first has saved.

import { expect, test } from 'vitest'
import { makeHolder, shareTestApp } from '../testing/account-holder.ts'
import { forEachEngine } from '../testing/databases.ts'

forEachEngine((engine) => {
  const { app } = shareTestApp(engine)

  async function makeItem() {
    const { items } = app().services
    const { id: me } = await makeHolder(app().services)
    const item = await items.create(me, { title: 'Lamp', description: 'brass' })
    return { items, me, item }
  }

  test('a change from an old version is refused, with the item as it is now', async () => {
    const { items, me, item } = await makeItem()
    const theirs = await items.update(me, item.id, { title: 'Their lamp', version: item.version })
    expect(theirs.version).toBe(item.version + 1)
    const mine = items.update(me, item.id, { title: 'My lamp', version: item.version })
    await expect(mine).rejects.toMatchObject({ reason: 'changed_elsewhere', current: theirs })
    expect((await items.list(me, { limit: 1 })).items).toEqual([theirs])
    expect(
      await items.update(me, item.id, { title: 'My lamp', version: theirs.version }),
    ).toMatchObject({ title: 'My lamp', description: 'brass' })
  })

  test('of two changes from one version at once, one is made', async () => {
    const { items, me, item } = await makeItem()
    const changes = ['a', 'b', 'c'].map((title) =>
      items.update(me, item.id, { title, version: item.version }),
    )
    const answers = await Promise.allSettled(changes)
    expect(answers.map(({ status }) => status).sort()).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
    ])
  })

  test('a change without a version is made, and one that was made already is no conflict', async () => {
    const { items, me, item } = await makeItem()
    const changed = await items.update(me, item.id, { description: 'tin' })
    expect(changed.description).toBe('tin')
    const again = items.update(me, item.id, { description: 'tin', version: item.version })
    expect(await again).toEqual(changed)
  })
})
