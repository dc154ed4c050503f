// Changing one's own profile: freely what is only shown, and with a proof what signs in.

import { expect, test } from 'vitest'
import {
  makeHolder,
  readAuditLog,
  type SignedIn,
  shareTestApp,
  someDevice,
} from '../../testing/account-holder.ts'
import { forEachEngine } from '../../testing/databases.ts'

const firstPage = { page: 1, perPage: 10, sort: 'username', order: 'asc' } as const
const sixMinutes = 6 * 60_000

interface Wanted {
  fullName?: string | null
  email?: string | null
  currentPassword?: string
}

forEachEngine((engine) => {
  const { app, clock } = shareTestApp(engine)
  const services = () => app().services

  const change = (by: SignedIn, { fullName, email, currentPassword }: Wanted) =>
    services().changeProfile({
      identity: by.identity,
      fullName,
      email,
      currentPassword,
      device: someDevice,
    })

  async function oldSession() {
    const ada = await makeHolder(services())
    const here = await ada.signIn()
    clock.advance(sixMinutes)
    return { ada, here }
  }

  test('the full name is changed and removed without a proof', async () => {
    const { ada, here } = await oldSession()
    expect(await change(here, { fullName: 'Ada Lovelace' })).toMatchObject({
      fullName: 'Ada Lovelace',
      email: `${ada.username}@example.com`,
    })
    expect(await change(here, { fullName: null })).toMatchObject({ fullName: null })
    const log = await readAuditLog(services(), ada.id)
    expect(log.filter((entry) => entry.startsWith('profile'))).toEqual(
      Array(2).fill('profile_changed full_name'),
    )
  })

  test('R65: the email address needs the password, or a fresh sign-in', async () => {
    const { ada, here } = await oldSession()
    const email = `new-${ada.username}@example.com`
    await expect(change(here, { email })).rejects.toMatchObject({
      reason: 'reauthentication_required',
    })
    await expect(change(here, { email, currentPassword: 'wrong' })).rejects.toMatchObject({
      reason: 'invalid_credentials',
    })
    await expect(change(here, { email: null })).rejects.toMatchObject({
      reason: 'reauthentication_required',
    })
    expect(await services().users.findByLogin(email)).toBeUndefined()

    expect(await change(here, { email, currentPassword: ada.password })).toMatchObject({ email })
    expect(await services().users.findByLogin(email.toUpperCase())).toMatchObject({ id: ada.id })
    expect(await services().users.findByLogin(`${ada.username}@example.com`)).toBeUndefined()
    expect(await readAuditLog(services(), ada.id)).toContain('profile_changed email')

    const fresh = await ada.signIn()
    expect(await change(fresh, { email: null })).toMatchObject({ email: null })
    expect(await services().users.findByLogin(email)).toBeUndefined()
  })

  test('name and email address are changed in one call, each with its entry, or neither is', async () => {
    const { ada, here } = await oldSession()
    const both = { fullName: 'Ada King', email: `king-${ada.username}@example.com` }
    await expect(change(here, both)).rejects.toMatchObject({ reason: 'reauthentication_required' })
    expect(await services().users.findById(ada.id)).toMatchObject({ fullName: null })
    const proved = { ...both, currentPassword: ada.password }
    expect(await change(here, proved)).toMatchObject(both)
    expect(await services().users.findById(ada.id)).toMatchObject(both)
    const log = await readAuditLog(services(), ada.id)
    // Of the same instant: in no order.
    expect(log.filter((entry) => entry.startsWith('profile')).toSorted()).toEqual([
      'profile_changed email',
      'profile_changed full_name',
    ])
  })

  test('two changes at once both hold, and the user is found by both', async () => {
    const ada = await makeHolder(services())
    const here = await ada.signIn()
    for (let round = 0; round < 10; round++) {
      const [fullName, email] = [`Name${round} of ${ada.username}`, `mail${round}@${ada.username}`]
      await Promise.all([change(here, { fullName }), change(here, { email })])
      for (const search of [fullName, email]) {
        const found = await services().userDirectory.list({ ...firstPage, search })
        expect(found.users).toMatchObject([{ id: ada.id, fullName, email }])
      }
    }
  })

  test('an unchanged value needs no proof and is not logged', async () => {
    const { ada, here } = await oldSession()
    await change(here, { email: `${ada.username}@example.com`, fullName: null })
    expect(await readAuditLog(services(), ada.id)).not.toContain('profile_changed email')
  })

  test('a taken address is a conflict that names the field, also for one of two at once', async () => {
    const [one, two] = [await makeHolder(services()), await makeHolder(services())]
    const [first, second] = [await one.signIn(), await two.signIn()]
    await expect(
      change(first, { email: `${two.username}@EXAMPLE.com`, fullName: 'Not Me' }),
    ).rejects.toMatchObject({ reason: 'conflict', fields: [{ path: 'email' }] })
    expect(await services().users.getCaller(first.identity)).toMatchObject({ fullName: null })
    expect(await readAuditLog(services(), one.id)).not.toContain('profile_changed email')

    const email = `both-${one.username}@example.com`
    const outcomes = await Promise.allSettled([change(first, { email }), change(second, { email })])
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('a broken rule is named before the password is asked for', async () => {
    const { here } = await oldSession()
    await expect(change(here, { email: 'nope', fullName: 'a\tb' })).rejects.toMatchObject({
      reason: 'invalid_input',
      fields: [
        { path: 'full_name', message: expect.stringContaining('control characters') },
        { path: 'email', message: expect.stringContaining('name@example.com') },
      ],
    })
  })

  test('for a deleted account the token is refused', async () => {
    const ada = await makeHolder(services())
    const here = await ada.signIn()
    await services().deleteAccount({
      identity: here.identity,
      currentPassword: undefined,
      device: someDevice,
    })
    await expect(change(here, { fullName: 'Ghost' })).rejects.toMatchObject({
      reason: 'invalid_token',
    })
  })
})
