// Changing one's own password: what it needs, and what it ends.

import { hashSync } from 'bcryptjs'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Device } from '../../contract/device.ts'
import {
  alive,
  dead,
  type Holder,
  isAlive,
  makeHolder,
  readAuditLog,
  type SignedIn,
  shareTestApp,
  someDevice,
} from '../../testing/account-holder.ts'
import { forEachEngine } from '../../testing/databases.ts'
import { noMailNotices } from '../mail/mail-notices.ts'
import { createStartSession } from '../sign-in/grants/start-session.ts'

const better = 'seven quiet harbours at dawn'

forEachEngine((engine) => {
  const { app, clock } = shareTestApp(engine)
  const services = () => app().services

  const change = (
    by: SignedIn,
    currentPassword: string,
    newPassword = better,
    device: Device = someDevice,
  ) => services().changePassword({ identity: by.identity, currentPassword, newPassword, device })

  test('R60: every other session ends at once, this one goes on, and their number is returned', async () => {
    const ada = await makeHolder(services())
    const stranger = await (await makeHolder(services())).signIn()
    const [one, two, here] = [await ada.signIn(), await ada.signIn(), await ada.signIn()]
    clock.advance(1)
    expect(await change(here, ada.password)).toBe(2)
    expect(await isAlive(services(), one)).toEqual(dead)
    expect(await isAlive(services(), two)).toEqual(dead)
    expect(await isAlive(services(), here)).toEqual(alive)
    expect(await isAlive(services(), stranger)).toEqual(alive)
    // At the same instant of the clock: an ended session is not ended twice.
    expect(await change(here, better, `${better} again`)).toBe(0)
  })

  test('R97: the new password signs in, the old one does not, and the log has it', async () => {
    const ada = await makeHolder(services())
    const here = await ada.signIn()
    clock.advance(1)
    await change(here, ada.password)
    expect(await ada.opensWith(ada.password)).toBe(false)
    expect(await ada.opensWith(better)).toBe(true)
    const log = await readAuditLog(services(), ada.id)
    expect(log.filter((entry) => entry.startsWith('password'))).toEqual(['password_changed'])
    const { passwordChangedAtMs } = await services().users.getCaller(here.identity)
    expect(passwordChangedAtMs).toBe(clock.now())
  })

  test('R60: of two changes at once one succeeds; the other changes nothing and ends no session', async () => {
    const ada = await makeHolder(services())
    const [one, two] = [await ada.signIn(), await ada.signIn()]
    const passwords = ['first of two at the same time', 'second of two at the same time']
    const outcomes = await Promise.allSettled([
      change(one, ada.password, passwords[0]),
      change(two, ada.password, passwords[1]),
    ])
    const won = outcomes.findIndex(({ status }) => status === 'fulfilled')
    expect(outcomes[1 - won]).toMatchObject({ reason: { reason: 'conflict' } })
    expect(await isAlive(services(), won === 0 ? one : two)).toEqual(alive)
    expect(await isAlive(services(), won === 0 ? two : one)).toEqual(dead)
    const opens = await Promise.all(passwords.map((password) => ada.opensWith(password)))
    expect(opens).toEqual([won === 0, won === 1])
    const log = await readAuditLog(services(), ada.id)
    expect(log.filter((entry) => entry === 'password_changed')).toHaveLength(1)
  })

  test('of all devices only the one that made the change is known afterwards, and no place', async () => {
    const { knownDevices, database } = services()
    const ada = await makeHolder(services())
    const here = await ada.signIn()
    const remember = ['laptop', 'phone'].flatMap((id) => knownDevices.remember(ada.id, id))
    await database.runAtomically(remember)
    await change(here, ada.password, better, { ...someDevice, deviceId: 'laptop' })
    expect(await knownDevices.isKnown(ada.id, 'laptop')).toBe(true)
    expect(await knownDevices.isKnown(ada.id, 'phone')).toBe(false)
    const places = database.kysely.selectFrom('known_places').where('user_id', '=', ada.id)
    expect(await places.selectAll().execute()).toEqual([])
  })

  test('R60: a sign-in that was accepted with the old password ends before it has begun', async () => {
    const { users, sessions, accessTokens, auditLog, clients, database, knownDevices } = services()
    const ada = await makeHolder(services())
    const here = await ada.signIn()
    const asHeWas = await users.getCaller(here.identity)
    clock.advance(1)
    await change(here, ada.password)
    const startSession = createStartSession({
      users,
      clients,
      sessions,
      forgetKnown: (userId) => [knownDevices.forgetAll(userId)],
      accessTokens,
      mailNotices: noMailNotices,
      auditLog,
    })
    const start = startSession({
      user: asHeWas,
      scopes: ['me'],
      client: clients.web,
      transport: 'bearer',
      device: someDevice,
    })
    await expect(start).rejects.toMatchObject({ reason: 'invalid_credentials' })
    const live = await database.kysely
      .selectFrom('sessions')
      .select('id')
      .where('user_id', '=', ada.id)
      .where('revoked_at_ms', 'is', null)
      .execute()
    expect(live).toEqual([{ id: here.identity.sessionId }])
  })

  test('a wrong current password changes nothing, and is logged', async () => {
    const ada = await makeHolder(services())
    const [other, here] = [await ada.signIn(), await ada.signIn()]
    clock.advance(1)
    await expect(change(here, 'not it')).rejects.toMatchObject({ reason: 'invalid_credentials' })
    expect(await isAlive(services(), other)).toEqual(alive)
    expect(await ada.opensWith(ada.password)).toBe(true)
    expect(await readAuditLog(services(), ada.id)).toContain('sign_in_refused wrong_password')
  })

  test('R94: an older hash, which is upgraded on the way, is not another password', async () => {
    const { database } = services()
    const ada = await makeHolder(services())
    const here = await ada.signIn()
    await database.kysely
      .updateTable('users')
      .set({ password_hash: hashSync(ada.password, 10), password_key_id: null })
      .where('id', '=', ada.id)
      .execute()
    expect(await change(here, ada.password)).toBe(0)
    expect(await ada.opensWith(better)).toBe(true)
  })
})

describe('a new password that breaks a rule is refused, with its field, before anything is hashed', () => {
  const { app } = shareTestApp('sqlite')
  let ada: Holder
  let here: SignedIn
  beforeAll(async () => {
    ada = await makeHolder(app().services)
    here = await ada.signIn()
  })

  test.each<[string, (holder: Holder) => string, string]>([
    ['R87: too short', () => 'fourteen chars', 'at least 15 characters'],
    ['R87: too long', () => 'ab1 '.repeat(65), 'at most 256 characters'],
    ['R89: a common one', () => 'correcthorsebatterystaple', 'too common'],
    [
      'R89: of the account’s own words',
      ({ username }) => `${username}.${username}`,
      'your username',
    ],
    ['R91: half of a character', () => `${better}\ud800`, 'an invalid character'],
    ['R92: NUL', () => `${better}\0`, 'control characters'],
    ['the same again', ({ password }) => password, 'differ from the current password'],
  ])('%s', async (_name, makePassword, sentence) => {
    const { passwords, changePassword } = app().services
    const before = passwords.stats().completed
    const refused = changePassword({
      identity: here.identity,
      currentPassword: ada.password,
      newPassword: makePassword(ada),
      device: someDevice,
    })
    await expect(refused).rejects.toMatchObject({
      reason: 'invalid_input',
      fields: [{ path: 'new_password', message: expect.stringContaining(sentence) }],
    })
    expect(passwords.stats().completed).toBe(before)
  })
})
