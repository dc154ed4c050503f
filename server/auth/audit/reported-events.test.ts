// The operator's log and graphs: every entry of the audit log is reported there too, once.

import pino from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeHolder, someDevice } from '../../testing/account-holder.ts'
import { operator } from '../../testing/operator.ts'
import { openTestApp, type TestApp } from '../../testing/test-app.ts'
import { createTestClock } from '../../testing/test-clock.ts'

const clock = createTestClock()
const told: string[] = []
const logger = pino({}, { write: (line) => note(JSON.parse(line)) })

function note({ event }: { event?: string }): void {
  if (event !== undefined) told.push(event)
}

let keycard: TestApp
beforeAll(async () => {
  keycard = await openTestApp({ clock, logger, env: { DEMO_ACCOUNTS: 'off' } })
})
afterAll(() => keycard.close())

async function readWritten(): Promise<string[]> {
  const { kysely } = keycard.services.database
  const rows = await kysely.selectFrom('audit_events').select('event').execute()
  return rows.map(({ event }) => event)
}

test('R114: an event of the audit log is in the operator’s log as often as it is written', async () => {
  const { services } = keycard
  const { ownSessions, reauthentication, userAdministration: admin, clients, signOut } = services
  const device = someDevice
  const ada = await makeHolder(services)
  const { password } = ada
  await makeHolder(services, 'admin')

  // What people do.
  const register = { username: 'grace', password, email: null, fullName: null, device }
  const grace = await services.register({ ...register, client: clients.web, transport: 'bearer' })
  const here = await ada.signIn()
  clock.advance(1)
  const [second, third, fourth] = [await ada.signIn('a'), await ada.signIn('b'), await ada.signIn()]
  const { identity } = here
  await ownSessions.confirm(identity, second.identity.sessionId, device)
  await services.forgetDevice(identity.userId, 'a', { device })
  await ownSessions.end(identity, third.identity.sessionId, device)
  await signOut.bySessionId(fourth.identity.sessionId, device)
  await ownSessions.endOthers(identity, device)
  await reauthentication.prove({ identity, proof: { method: 'password', password }, device })
  const profile = { fullName: 'Ada', email: 'ada@example.com', currentPassword: undefined }
  await services.changeProfile({ identity, ...profile, device })
  const newPassword = 'orchard lantern violet'
  await services.changePassword({ identity, currentPassword: password, newPassword, device })
  await expect(ada.opensWith(password)).resolves.toBe(false)
  await services.deleteAccount({ identity, currentPassword: newPassword, device })

  // What clients do.
  const robot = await clients.add({
    id: 'robot',
    name: 'A machine',
    isConfidential: true,
    isFirstParty: false,
    grants: ['client_credentials'],
    scopes: ['users:read'],
  })
  const client = await clients.authenticate({
    clientId: 'robot',
    clientSecret: robot.secret ?? undefined,
  })
  const granted = await services.clientCredentialsGrant({ scope: undefined, client, device })
  const found = await services.tokenLookup.find(granted.access_token)
  if (found) await signOut.byToken(found, device)

  // What admins do.
  const { userId } = grace.session
  await admin.create({ username: 'joan', password }, operator)
  await admin.setRole(userId, 'admin', operator)
  await admin.disable(userId, operator)
  await admin.enable(userId, operator)
  await admin.setPassword(userId, newPassword, operator)
  await admin.unlock(userId, operator)
  await admin.endSessions(userId, operator)
  await admin.endEverybodysSessions(operator)

  const written = await readWritten()
  expect([...new Set(written)].sort()).toEqual([
    'account_deleted',
    'client_signed_in',
    'device_confirmed',
    'device_forgotten',
    'everybody_signed_out',
    'password_changed',
    'password_set_by_admin',
    'profile_changed',
    'reauthenticated',
    'registered',
    'role_changed',
    'session_ended',
    'sessions_ended',
    'sign_in_refused',
    'signed_in',
    'signed_out',
    'user_created',
    'user_disabled',
    'user_enabled',
    'user_unlocked',
  ])
  expect(told.toSorted()).toEqual(written.toSorted())
})
