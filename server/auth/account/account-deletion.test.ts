// Deleting one's own account: all of it goes, at once, and never the last admin's.

import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { makeRandomId } from '../../db/random-id.ts'
import {
  alive,
  dead,
  isAlive,
  makeHolder,
  readAuditLog,
  type SignedIn,
  shareTestApp,
  someDevice,
} from '../../testing/account-holder.ts'
import { forEachEngine } from '../../testing/databases.ts'
import { operator } from '../../testing/operator.ts'
import { stillFeed } from '../../testing/still-feed.ts'
import { createRevocations } from '../tokens/revocations.ts'

const sixMinutes = 6 * 60_000

forEachEngine((engine) => {
  const { app, clock } = shareTestApp(engine)
  const services = () => app().services

  const deleteAccount = (by: SignedIn, currentPassword?: string) =>
    services().deleteAccount({ identity: by.identity, currentPassword, device: someDevice })

  async function countRows(userId: string) {
    const { kysely } = services().database
    const rows = await Promise.all([
      kysely.selectFrom('users').where('id', '=', userId).select('id').execute(),
      kysely.selectFrom('sessions').where('user_id', '=', userId).select('id').execute(),
      kysely.selectFrom('known_devices').where('user_id', '=', userId).select('user_id').execute(),
    ])
    return rows.map(({ length }) => length)
  }

  async function addSessions(userId: string, count: number): Promise<void> {
    const { kysely } = services().database
    const model = await kysely
      .selectFrom('sessions')
      .selectAll()
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow()
    for (let added = 0; added < count; added += 500) {
      const copies = Array.from({ length: 500 }, () => ({ ...model, id: makeRandomId() }))
      await kysely.insertInto('sessions').values(copies).execute()
    }
  }

  test('R59: the account and all that belongs to it is gone, and every token is refused', async () => {
    const { users, database } = services()
    const ada = await makeHolder(services())
    const bystander = await (await makeHolder(services())).signIn()
    const [elsewhere, here] = [await ada.signIn(), await ada.signIn()]
    await database.kysely
      .insertInto('known_devices')
      .values({ user_id: ada.id, device_id: 'd', created_at_ms: 1, last_used_at_ms: 1 })
      .execute()
    expect(await countRows(ada.id)).toEqual([1, 2, 1])

    clock.advance(1)
    await deleteAccount(here)
    expect(await countRows(ada.id)).toEqual([0, 0, 0])
    expect(await isAlive(services(), here)).toEqual(dead)
    expect(await isAlive(services(), elsewhere)).toEqual(dead)
    expect(await isAlive(services(), bystander)).toEqual(alive)
    await expect(users.getCaller(here.identity)).rejects.toMatchObject({ reason: 'invalid_token' })
    expect(await ada.opensWith(ada.password)).toBe(false)
    expect(await readAuditLog(services(), ada.id)).toEqual(['account_deleted'])
  })

  test('R59: an account with very many rows is deleted too; after an interruption, by a server within a minute', async () => {
    const { users, database, changeFeed } = services()
    const [ada, bob] = [await makeHolder(services()), await makeHolder(services())]
    const here = await bob.signIn()
    const leaving = await ada.signIn()
    for (const { id } of [ada, bob]) await addSessions(id, 2_500)
    await deleteAccount(leaving)
    expect(await countRows(ada.id)).toEqual([0, 0, 0])

    // What a killed process leaves behind: rows, and no account.
    await database.kysely
      .updateTable('users')
      .set({ disabled: 1, deleted_at_ms: clock.now() })
      .where('id', '=', bob.id)
      .execute()
    await expect(users.getCaller(here.identity)).rejects.toMatchObject({ reason: 'invalid_token' })
    expect(await bob.opensWith(bob.password)).toBe(false)
    await changeFeed.purgeAll()
    expect(await countRows(bob.id)).toEqual([0, 0, 0])
  })

  test('R59: another node learns it from the database, also for tokens yet to come', async () => {
    const ada = await makeHolder(services())
    const here = await ada.signIn()
    await deleteAccount(here)
    const elsewhere = await createRevocations({
      database: services().database,
      clock,
      nowMs: () => sql.lit(clock.now()),
      accessTokenLifetimeSeconds: 900,
      feed: stillFeed,
    })
    const tokenOfVersion = (tokenVersion: number) =>
      elsewhere.isRevoked({
        sessionId: 'any',
        userId: ada.id,
        tokenVersion,
        issuedAt: 1_800_000_000,
      })
    expect([0, 1, 1_000].map(tokenOfVersion)).toEqual([true, true, true])
  })

  test('R65: without a fresh sign-in it needs the password, and the right one', async () => {
    const ada = await makeHolder(services())
    const here = await ada.signIn()
    clock.advance(sixMinutes)
    await expect(deleteAccount(here)).rejects.toMatchObject({
      reason: 'reauthentication_required',
    })
    await expect(deleteAccount(here, 'wrong')).rejects.toMatchObject({
      reason: 'invalid_credentials',
    })
    expect(await countRows(ada.id)).toEqual([1, 1, 0])
    await deleteAccount(here, ada.password)
    expect(await countRows(ada.id)).toEqual([0, 0, 0])
  })

  test('deleted from two tabs at once, both succeed, and neither is told of a last admin', async () => {
    const ada = await makeHolder(services())
    const here = await ada.signIn()
    const outcomes = await Promise.allSettled([deleteAccount(here), deleteAccount(here)])
    const refused = outcomes.flatMap((outcome) => ('reason' in outcome ? [outcome.reason] : []))
    for (const { reason } of refused) expect(reason).toBe('invalid_token')
    expect(refused.length).toBeLessThanOrEqual(1)
    expect(await countRows(ada.id)).toEqual([0, 0, 0])
  })

  describe('38. the last admin', () => {
    const { app, clock } = shareTestApp(engine)
    const services = () => app().services
    const leave = (by: SignedIn) =>
      services().deleteAccount({
        identity: by.identity,
        currentPassword: undefined,
        device: someDevice,
      })

    test('is not deleted, however many others there are, and the answer says why', async () => {
      const boss = await makeHolder(services(), 'admin')
      const retired = await makeHolder(services(), 'admin')
      await services().userAdministration.disable(retired.id, operator)
      await makeHolder(services())
      const here = await boss.signIn()
      clock.advance(1)
      await expect(leave(here)).rejects.toMatchObject({
        reason: 'conflict',
        message: 'This is the last admin who can sign in: add another admin first',
      })
      expect(await isAlive(services(), here)).toEqual(alive)
      expect(await readAuditLog(services(), boss.id)).not.toContain('account_deleted')
    })

    test('is still there where all admins leave at the same moment', async () => {
      const boss = await makeHolder(services(), 'admin')
      await services()
        .database.kysely.updateTable('users')
        .set({ role: 'user' })
        .where('id', '<>', boss.id)
        .execute()
      const others = await Promise.all([1, 2, 3].map(() => makeHolder(services(), 'admin')))
      const sessions = await Promise.all([boss, ...others].map((admin) => admin.signIn()))
      const outcomes = await Promise.allSettled(sessions.map(leave))
      expect(outcomes.map(({ status }) => status).sort()).toEqual([
        ...Array(3).fill('fulfilled'),
        'rejected',
      ])
    })
  })
})
