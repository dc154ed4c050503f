// Items and their owner's account: they are in its export, and are deleted with it.

import { expect, test } from 'vitest'
import { makeRandomId } from '../db/random-id.ts'
import { makeHolder, shareTestApp, someDevice } from '../testing/account-holder.ts'
import { forEachEngine } from '../testing/databases.ts'

forEachEngine((engine) => {
  const { app } = shareTestApp(engine)

  test('an export holds their owner’s, and no one else’s', async () => {
    const { items, exportData } = app().services
    const [ada, bob] = [await makeHolder(app().services), await makeHolder(app().services)]
    await items.create(ada.id, { title: 'Lamp', description: 'brass' })
    await items.create(bob.id, { title: 'Not Ada’s', description: '' })
    const { identity } = await ada.signIn()
    const { features } = await exportData({
      identity,
      currentPassword: undefined,
      device: someDevice,
    })
    expect(features.items).toMatchObject([{ title: 'Lamp', description: 'brass' }])
  })

  test('very many of them are deleted with the account', async () => {
    const { items, deleteAccount, database } = app().services
    const ada = await makeHolder(app().services)
    const { id } = await items.create(ada.id, { title: 'Lamp', description: '' })
    const ofAda = database.kysely.selectFrom('items').selectAll().where('owner_id', '=', ada.id)
    const model = await ofAda.where('id', '=', id).executeTakeFirstOrThrow()
    for (let added = 0; added < 2_500; added += 500) {
      const copies = Array.from({ length: 500 }, () => ({ ...model, id: makeRandomId() }))
      await database.kysely.insertInto('items').values(copies).execute()
    }
    const { identity } = await ada.signIn()
    await deleteAccount({ identity, currentPassword: undefined, device: someDevice })
    expect(await ofAda.execute()).toEqual([])
  })
})
