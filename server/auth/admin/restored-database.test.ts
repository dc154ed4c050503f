// R67: what a backup would bring back, and what is left of it once its tokens are ended.

import { randomBytes } from 'node:crypto'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { readConfig } from '../../config.ts'
import type { Engine } from '../../db/database.ts'
import { createServices, type Services } from '../../services.ts'
import {
  createTestPlace,
  forEachEngine,
  runOnServer,
  type TestPlace,
} from '../../testing/databases.ts'
import { operator } from '../../testing/operator.ts'
import { cheapestBcryptCost } from '../../testing/test-app.ts'
import { createTestClock } from '../../testing/test-clock.ts'
import { opens, signIn } from '../../testing/test-processes.ts'

const device = { address: null, userAgent: null }
const masterKey = randomBytes(32).toString('base64')
const secretKey = randomBytes(32).toString('base64')

/** As `pg_dump` and `pg_restore`, or a copy of the file, would make it. */
async function copyDatabase(engine: Engine, from: TestPlace): Promise<TestPlace> {
  const to = await createTestPlace(engine)
  onTestFinished(() => to.remove())
  if (engine === 'sqlite') {
    copyFileSync(join(from.dataDir, 'keycard.db'), join(to.dataDir, 'keycard.db'))
    return to
  }
  const nameOf = ({ url = '' }: TestPlace) => new URL(url).pathname.slice(1)
  await runOnServer(`drop database ${nameOf(to)}`)
  await runOnServer(`create database ${nameOf(to)} template ${nameOf(from)}`)
  return to
}

async function signInMachine({ clients, clientCredentialsGrant }: Services, secret: string) {
  const client = await clients.authenticate({ clientId: 'robot', clientSecret: secret })
  const { access_token } = await clientCredentialsGrant({ scope: undefined, client, device })
  return access_token
}

async function addMachine({ clients }: Services): Promise<string> {
  const { secret } = await clients.add({
    id: 'robot',
    name: 'Robot',
    isConfidential: true,
    isFirstParty: false,
    grants: ['client_credentials'],
    scopes: ['users:read'],
  })
  return secret ?? ''
}

/** Whether the token is accepted: true, or the reason why not. */
async function refreshes(services: Services, refreshToken: string): Promise<true | string> {
  const { refreshTokenGrant, clients } = services
  const client = clients.web
  const request = { refreshToken, scope: undefined, client, transport: 'bearer', device } as const
  return refreshTokenGrant(request).then(
    () => true as const,
    (error: { reason: string }) => error.reason,
  )
}

forEachEngine((engine) => {
  describe.each(['EdDSA', 'HS256'])('with tokens signed by %s', (algorithm) => {
    test('R67: a restored backup revives nothing, and all users can sign in again', async () => {
      const clock = createTestClock()
      const open = ({ url = '', dataDir }: TestPlace) =>
        createServices(
          readConfig({
            DATABASE_URL: url,
            DATA_DIR: dataDir,
            MASTER_KEY: masterKey,
            JWT_ALGORITHM: algorithm,
            SECRET_KEY: secretKey,
            LOG_LEVEL: 'silent',
          }),
          { clock, bcryptCost: cheapestBcryptCost },
        )
      const place = await createTestPlace(engine)
      onTestFinished(() => place.remove())

      const before = await open(place)
      const kept = await signIn(before)
      const ended = await signIn(before)
      const secret = await addMachine(before)
      const machine = await signInMachine(before, secret)
      await before.close()
      const backup = await copyDatabase(engine, place)

      const after = await open(place)
      clock.advance(1_000)
      await after.signOut.byRefreshToken(ended.refresh_token)
      await after.clients.remove('robot', operator)
      const later = await signIn(after)
      expect(await opens(after, kept.access_token)).toBe(true)
      expect(await opens(after, ended.access_token)).toBe('invalid_token')
      expect(await opens(after, machine)).toBe('invalid_token')
      // Of a node whose clock is as far ahead as is allowed.
      clock.advance(50_000)
      const ahead = await signIn(after)
      clock.advance(-50_000)
      await after.close()

      // Control: the backup knows nothing of that.
      const restored = await open(backup)
      onTestFinished(() => restored.close())
      const tokens = [kept, ended, later].map(({ access_token }) => access_token)
      const judge = () => Promise.all([...tokens, machine].map((token) => opens(restored, token)))
      expect(await judge()).toEqual([true, true, true, true])

      clock.advance(1_000)
      expect(await restored.resetTokens(operator)).toBe(2)
      expect(await judge()).toEqual(Array(4).fill('invalid_token'))
      // No clock matters where the key is gone. SECRET_KEY is not a row, and stays the same.
      const isBelieved = algorithm === 'HS256' ? true : 'invalid_token'
      expect(await opens(restored, ahead.access_token)).toBe(isBelieved)
      for (const { refresh_token } of [kept, ended, later, ahead]) {
        expect(await refreshes(restored, refresh_token)).toBe('invalid_grant')
      }
      const entries = await restored.database.kysely
        .selectFrom('audit_events')
        .select('actor_id')
        .where('event', '=', 'database_restored')
        .execute()
      expect(entries).toEqual([{ actor_id: 'operator' }])

      clock.advance(1_000)
      const next = await signIn(restored)
      expect(await opens(restored, next.access_token)).toBe(true)
      expect(await refreshes(restored, next.refresh_token)).toBe(true)
      expect(await opens(restored, await signInMachine(restored, secret))).toBe(true)
      // Running it once too often harms only those who signed in meanwhile.
      expect(await restored.resetTokens(operator)).toBe(1)
    })
  })
})
