// From one master key to the next, as an operator does it: what needs which, and a start that lacks one.

import { randomBytes } from 'node:crypto'
import { expect, onTestFinished, test } from 'vitest'
import { readConfig } from '../../config.ts'
import type { Engine } from '../../db/database.ts'
import { createServices, type Services } from '../../services.ts'
import { createTestPlace, forEachEngine, type TestPlace } from '../../testing/databases.ts'
import { signIn } from '../../testing/test-processes.ts'
import type { MasterKeyUse } from './master-key-use.ts'

const [old, young] = [0, 1].map(() => randomBytes(32).toString('base64')) as [string, string]

async function makePlace(engine: Engine): Promise<TestPlace> {
  const place = await createTestPlace(engine)
  onTestFinished(() => place.remove())
  return place
}

async function start(place: TestPlace, masterKey: string, env = {}): Promise<Services> {
  const config = readConfig({
    DATABASE_URL: place.url ?? '',
    DATA_DIR: place.dataDir,
    MASTER_KEY: masterKey,
    BCRYPT_COST: '10',
    LOG_LEVEL: 'silent',
    ...env,
  })
  return createServices(config)
}

/** A server that is stopped in order after `work`. */
async function serve<Result>(
  place: TestPlace,
  masterKey: string,
  work: (services: Services) => Promise<Result>,
  env = {},
): Promise<Result> {
  const services = await start(place, masterKey, env)
  try {
    return await work(services)
  } finally {
    await services.close()
  }
}

const refresh = (services: Services, refreshToken: string) =>
  services.refreshTokenGrant({
    refreshToken,
    scope: undefined,
    client: services.clients.web,
    transport: 'bearer',
    device: { address: null, userAgent: null },
  })

const noDemo = { DEMO_ACCOUNTS: 'off' }

/** Hashes as other software made them: they need no key. */
const forgetPasswordKeys = ({ database }: Services) =>
  database.kysely.updateTable('users').set({ password_key_id: null }).execute()

const countsOf = (uses: readonly MasterKeyUse[]) =>
  uses.map(({ position, accounts, sessions, signingKeys }) => ({
    position,
    accounts,
    sessions,
    signingKeys,
  }))

forEachEngine((engine) => {
  test('R113: what needs an older key is counted, and with nothing left it may go', async () => {
    const place = await makePlace(engine)
    // Demo accounts: johndoe, admin, alice.
    const first = await serve(place, old, async (services) => {
      const tokens = await signIn(services)
      await signIn(services)
      expect(countsOf(await services.masterKeyUses.list())).toEqual([
        { position: 1, accounts: 3, sessions: 2, signingKeys: 1 },
      ])
      return tokens
    })

    // Everywhere known first, and then everywhere the newest.
    await serve(place, `${old},${young}`, async ({ masterKeyUses }) => {
      expect(countsOf(await masterKeyUses.list())).toEqual([
        { position: 1, accounts: 3, sessions: 2, signingKeys: 1 },
        { position: 2, accounts: 0, sessions: 0, signingKeys: 0 },
      ])
    })
    await serve(place, `${young},${old}`, async (services) => {
      await refresh(services, first.refresh_token)
      await signIn(services)
      // The hash of johndoe is made anew while the sign-in is answered.
      await expect
        .poll(async () => countsOf(await services.masterKeyUses.list()))
        .toEqual([
          { position: 1, accounts: 1, sessions: 2, signingKeys: 1 },
          { position: 2, accounts: 2, sessions: 1, signingKeys: 0 },
        ])
    })

    await expect(start(place, young)).rejects.toThrow(
      /^The master key [\w-]{8} is missing, and needed by 2 accounts, 1 session\.\nPut it back behind/,
    )
    // Without it nothing but the explicit setting starts, and that is not remembered.
    await serve(
      place,
      young,
      async (services) => {
        await signIn(services)
        await expect(refresh(services, first.refresh_token)).rejects.toThrow()
      },
      { ALLOW_LOST_MASTER_KEY: 'on' },
    )
    await expect(start(place, young)).rejects.toThrow('needed by 2 accounts.')
  })

  test('a key that only sessions need is missed too, until the last of them has ended', async () => {
    const place = await makePlace(engine)
    await serve(place, old, async (services) => {
      await signIn(services)
      await forgetPasswordKeys(services)
    })
    const other = randomBytes(32).toString('base64')
    await expect(start(place, `${young},${other}`, noDemo)).rejects.toThrow(
      'needed by 1 session, 1 signing key.',
    )
    await serve(place, `${young},${old}`, async () => {}, noDemo)
    await expect(start(place, young, noDemo)).rejects.toThrow('needed by 1 session.')
    await serve(
      place,
      `${young},${old}`,
      ({ database }) => database.kysely.updateTable('sessions').set({ revoked_at_ms: 1 }).execute(),
      noDemo,
    )
    await serve(
      place,
      young,
      async ({ masterKeyUses }) => {
        expect(countsOf(await masterKeyUses.list())).toEqual([
          { position: 1, accounts: 0, sessions: 0, signingKeys: 1 },
        ])
      },
      noDemo,
    )
  })

  test('where the key is lost, the setting starts with a new signing key', async () => {
    const place = await makePlace(engine)
    await serve(place, old, signIn)
    await expect(start(place, young)).rejects.toThrow(
      'needed by 3 accounts, 1 session, 1 signing key.',
    )
    const allowed = { ALLOW_LOST_MASTER_KEY: 'on' }
    await serve(
      place,
      young,
      async ({ signingKeys }) => {
        expect(signingKeys.active.algorithm).toBe('EdDSA')
      },
      allowed,
    )
  })
})
