// A sign-in whose password was right, while the account changes: it does not outlive the change.

import { expect, test } from 'vitest'
import { type Role, scopesOfRole } from '../../../contract/scopes.ts'
import { makeHolder, shareTestApp, someDevice } from '../../../testing/account-holder.ts'
import { operator } from '../../../testing/operator.ts'
import type { UserRecord } from '../../users/users.ts'

const { app, clock } = shareTestApp('sqlite')
const services = () => app().services

/** The user as they were when their password was checked. */
async function check(role: Role = 'user'): Promise<UserRecord> {
  const { id } = await makeHolder(services(), role)
  const user = await services().users.findById(id)
  if (!user) throw new Error('The user is gone')
  clock.advance(1)
  return user
}

const start = (user: UserRecord) =>
  services().startSession({
    user,
    scopes: scopesOfRole[user.role],
    client: services().clients.web,
    transport: 'cookie',
    device: { ...someDevice, deviceId: 'laptop' },
  })

const refresh = (refreshToken: string, scope?: string) =>
  services().refreshTokenGrant({
    refreshToken,
    scope,
    client: services().clients.web,
    transport: 'cookie',
    device: { ...someDevice, deviceId: 'laptop' },
  })

async function countLiveSessions(userId: string): Promise<number> {
  const rows = await services()
    .database.kysely.selectFrom('sessions')
    .select('id')
    .where('user_id', '=', userId)
    .where('revoked_at_ms', 'is', null)
    .execute()
  return rows.length
}

const disable = (id: string) => services().userAdministration.disable(id, operator)
const setPassword = (id: string) =>
  services().userAdministration.setPassword(id, 'orchard lantern violet', operator)

const remove = (id: string) =>
  services().database.kysely.deleteFrom('users').where('id', '=', id).execute()

test.each([
  ['is deleted', remove],
  ['is disabled', disable],
  ['gets another password', setPassword],
])(
  'R59, R60: an account that %s meanwhile is not signed in to, and knows no device by it',
  async (_what, change) => {
    const user = await check()
    await change(user.id)
    await expect(start(user)).rejects.toMatchObject({ reason: 'invalid_credentials' })
    expect(await countLiveSessions(user.id)).toBe(0)
    expect(await services().knownDevices.isKnown(user.id, 'laptop')).toBe(false)
  },
)

test('R63: a user demoted meanwhile gets a token that grants nothing, and the lower scopes at its refresh', async () => {
  await makeHolder(services(), 'admin')
  const user = await check('admin')
  await services().userAdministration.setRole(user.id, 'user', operator)
  const { tokens } = await start(user)
  await expect(services().identities.authenticateToken(tokens.access_token)).rejects.toMatchObject({
    reason: 'invalid_token',
  })
  const refreshed = await refresh(tokens.refresh_token)
  expect(refreshed.tokens.scope).toBe(scopesOfRole.user.join(' '))
  await expect(refresh(refreshed.tokens.refresh_token, 'me users:read')).rejects.toMatchObject({
    reason: 'invalid_scope',
  })
})

test('R59: an account whose disabling was interrupted, before its sessions ended, refreshes nothing', async () => {
  const user = await check()
  const { tokens } = await start(user)
  await services()
    .database.kysely.updateTable('users')
    .set({ disabled: 1 })
    .where('id', '=', user.id)
    .execute()
  await expect(refresh(tokens.refresh_token)).rejects.toMatchObject({ reason: 'invalid_grant' })
})

test('an account whose name alone changes meanwhile is signed in to', async () => {
  const user = await check()
  await services()
    .database.kysely.updateTable('users')
    .set({ full_name: 'Ada' })
    .where('id', '=', user.id)
    .execute()
  expect((await start(user)).session.userId).toBe(user.id)
})
