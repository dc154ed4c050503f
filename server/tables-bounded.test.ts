// Every table is bounded: rows about the past are deleted in time, and strangers can make only so many rows.

import { readFileSync } from 'node:fs'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { mailLimits } from './auth/throttle/mail-throttle.ts'
import type { Database } from './db/database.ts'
import type { AllServices } from './services.ts'
import { makeHolder, someDevice } from './testing/account-holder.ts'
import { createAuthenticator } from './testing/authenticator.ts'
import { ownTables } from './testing/own-tables.ts'
import { openTestApp, type TestApp } from './testing/test-app.ts'
import { createTestClock } from './testing/test-clock.ts'

/**
 * What people and operators made, and only they remove; `signing_keys` and `master_keys` grow with
 * rotations.
 */
const ownedTables = [
  'master_keys',
  'oauth_clients',
  'passkeys',
  'signing_keys',
  // A row for each import that was given up in the middle of its file.
  'user_imports',
  'user_search_keys',
  'users',
]

test('every other table of Keycard’s own fills as the server is used, and is empty again in time', async () => {
  const clock = createTestClock(Date.now())
  // No mail server answers there: what is written to the outbox stays in it.
  const env = { MAIL_URL: 'smtp://127.0.0.1:1' }
  const { app, services, close } = await openTestApp({ clock, env })
  const countRows = () => countRowsOf(services.database, ownedTables)
  try {
    const send = (url: string, payload: object) =>
      app.inject({ method: 'POST', url, headers: { origin: services.config.publicUrl }, payload })
    await send('/trpc/auth.login', { username: 'johndoe', password: 'secret' })
    await send('/trpc/auth.login', { username: 'nobody', password: 'secret' })
    const tokens = await app.inject({
      method: 'POST',
      url: '/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'username=johndoe&password=secret',
    })
    await app.inject({
      method: 'POST',
      url: '/revoke',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: `token=${tokens.json().refresh_token}`,
    })
    await signInWithPasskey(services)
    const used = await countRows()
    expect(Object.keys(used).length).toBeGreaterThanOrEqual(5)
    for (const [table, count] of Object.entries(used))
      expect([table, count > 0]).toEqual([table, true])

    clock.advance(500 * 24 * 60 * 60_000)
    const empty = Object.fromEntries(Object.keys(used).map((table) => [table, 0]))
    await expect.poll(countRows).toEqual(empty)
  } finally {
    await close()
  }
})

async function signInWithPasskey(services: AllServices): Promise<void> {
  const authenticator = createAuthenticator({ origin: services.config.publicUrl })
  const by = await (await makeHolder(services)).signIn()
  const caller = { identity: by.identity, device: someDevice }
  const options = await services.ownPasskeys.prepare({ ...caller, currentPassword: undefined })
  const response = authenticator.create(options)
  await services.ownPasskeys.add({ ...caller, response })
  const signed = authenticator.get(await services.passkeyCheck.prepare())
  await services.passkeyCheck.check({ response: signed, device: someDevice })
}

test('a row that names a user, in a table that an app adds, goes when the user does', async () => {
  const { services, close } = await openTestApp()
  const { kysely } = services.database
  try {
    const control = sql`create table bad_rows (owner_id text references users (id))`
    await control.execute(kysely)
    const { rows } = await sql<{ column: string }>`
      select t.name || '.' || f."from" as "column"
      from sqlite_schema t, pragma_foreign_key_list(t.name) f
      where t.type = 'table' and f."table" = 'users' and f.on_delete not in ('CASCADE', 'SET NULL')`.execute(
      kysely,
    )
    expect(
      rows.map(({ column }) => column),
      'add .onDelete("cascade") to the references of these columns, in their migration',
    ).toEqual(['bad_rows.owner_id'])
  } finally {
    await close()
  }
})

async function countRowsOf(
  { kysely }: Database,
  without: readonly string[] = [],
): Promise<Record<string, number>> {
  const counts = Object.keys(ownTables)
    .filter((name) => !without.includes(name))
    .map(async (name) => {
      const { rows } = await sql<{
        n: number
      }>`select count(*) as n from ${sql.table(name)}`.execute(kysely)
      return [name, Number(rows[0]?.n)] as const
    })
  return Object.fromEntries(await Promise.all(counts))
}

describe('a stranger who sends everything that needs no account', () => {
  const perAddress = 3
  const form = { 'content-type': 'application/x-www-form-urlencoded' }

  /** Everything that a stranger may ask for and that could leave a row, `times` from each address. */
  async function besiege({ app, services }: TestApp, addresses: readonly string[], times: number) {
    const device = services.deviceTokens.make('A'.repeat(22))
    const browser = {
      origin: services.config.publicUrl,
      cookie: `keycard-device=${device}; keycard=${'A'.repeat(22)}.0.${'A'.repeat(43)}`,
    }
    let names = 0
    for (const remoteAddress of addresses) {
      const post = (url: string, payload: object | string, headers: Record<string, string> = {}) =>
        app.inject({ method: 'POST', url, remoteAddress, headers, payload })
      for (let time = 0; time < times; time++) {
        names += 1
        const [username, password] = [`stranger-${names}`, `seven quiet harbours ${names}`]
        await post('/token', `username=${username}&password=wrong`, form)
        await post('/token', 'username=johndoe&password=wrong', form)
        await post('/trpc/auth.login', { username, password }, browser)
        await post('/login', `username=${username}&password=wrong`, { ...form, ...browser })
        await post('/trpc/auth.register', { username, password }, browser)
        await post('/register', `username=${username}b&password=wrong`, { ...form, ...browser })
        await post('/trpc/auth.refresh', {}, browser)
        await post('/trpc/auth.logout', {}, browser)
        await post('/token', `grant_type=refresh_token&refresh_token=${username}`, form)
        await post('/token', `grant_type=client_credentials&client_id=${username}`, form)
        await post('/revoke', `token=${username}`, form)
        await post('/introspect', `token=${username}`, form)
        await post('/forgot-password', `username=${username}`, { ...form, ...browser })
      }
    }
  }

  test('makes as many rows as an address may fail and register, in each table', async () => {
    const keycard = await openTestApp({
      env: {
        SIGN_IN_FAILURES_PER_ADDRESS: String(perAddress),
        MAIL_URL: 'smtp://127.0.0.1:1',
      },
    })
    try {
      const before = await countRowsOf(keycard.services.database)
      const addresses = ['192.0.2.1', '192.0.2.2']
      await besiege(keycard, addresses, 8)
      const after = await countRowsOf(keycard.services.database)
      const made = Object.fromEntries(
        Object.entries(after).flatMap(([table, count]) => {
          const more = count - (before[table] ?? 0)
          return more > 0 ? [[table, more]] : []
        }),
      )
      const most = addresses.length * perAddress
      const bounds: Record<string, number> = {
        // A registration makes an account, its search keys, and a session on a device.
        users: most,
        user_search_keys: most * 2,
        sessions: most,
        known_devices: most,
        known_places: most,
        // Each failure is one; a registration is two: one for the account, one for the sign-in.
        audit_events: most * 3,
        // Each failure counts against a name, and each address for sign-ins and for registrations.
        // And each request for a new password against its name and its address.
        throttle_counters: most + addresses.length * (3 + mailLimits.perAddress),
        // Gone as soon as it turns out that there is no such account.
        outbox: addresses.length * mailLimits.perAddress,
      }
      for (const [table, count] of Object.entries(made)) {
        expect([table, count <= (bounds[table] ?? 0) ? 'bounded' : count]).toEqual([
          table,
          'bounded',
        ])
      }
      // Control: it did fill them.
      const { outbox: _, ...filled } = bounds
      expect(
        Object.keys(made)
          .filter((table) => table !== 'outbox')
          .sort(),
      ).toEqual(Object.keys(filled).sort())
    } finally {
      await keycard.close()
    }
  })

  test('finds every table of Keycard’s own in the list of what bounds it', () => {
    const page = readFileSync(new URL('../docs/security.md', import.meta.url), 'utf8')
    const [, list = ''] = page.split('## What a stranger can write')
    const isListed = (table: string) => list.includes(`\`${table}\``)
    expect(Object.keys(ownTables).filter((table) => !isListed(table))).toEqual([])
    expect(isListed('kysely_migration')).toBe(false)
  })

  test('leaves no row while the queue of hashes is full, whatever device cookie it shows', async () => {
    const keycard = await openTestApp({ bcryptCost: 10 })
    const { passwords, database, deviceTokens, config } = keycard.services
    try {
      const before = await countRowsOf(database)
      // More than any machine has threads and places.
      const waiting = Array.from({ length: 100 }, () =>
        passwords.verify('wrong', undefined).catch(() => undefined),
      )
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          keycard.app.inject({
            method: 'POST',
            url: '/trpc/auth.login',
            headers: {
              origin: config.publicUrl,
              cookie: `keycard-device=${deviceTokens.make('A'.repeat(22))}`,
            },
            payload: { username: `stranger-${index}`, password: 'wrong' },
          }),
        ),
      )
      expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([503]))
      await Promise.all(waiting)
      expect(await countRowsOf(database)).toEqual(before)
    } finally {
      await keycard.close()
    }
  })
})
