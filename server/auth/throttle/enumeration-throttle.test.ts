// A user with an account cannot ask in bulk who else has one.

import { randomInt } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import {
  type Holder,
  makeHolder,
  type SignedIn,
  shareTestApp,
} from '../../testing/account-holder.ts'
import { forEachEngine } from '../../testing/databases.ts'
import { forgiveFailures } from '../../testing/forgive-failures.ts'
import { takenPerAccount } from './enumeration-throttle.ts'

/** Of one /48, which fails eight times as often as one of its /64. */
const somewhereInOneNetwork = () => `2001:db8:7:${randomInt(65_536).toString(16)}::1`
const somewhere = () => `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`

forEachEngine((engine) => {
  const { app, clock } = shareTestApp(engine, { SIGN_IN_FAILURES_PER_ADDRESS: '30' })

  /** `free`, `taken`, how many seconds to wait, or another status. */
  async function ask(by: SignedIn, email: string, remoteAddress: string) {
    const answer = await app().app.inject({
      method: 'PATCH',
      url: '/api/users/me',
      remoteAddress,
      headers: { authorization: `Bearer ${by.accessToken}` },
      payload: { email },
    })
    const { statusCode, headers } = answer
    if (statusCode === 429) return Number(headers['retry-after'])
    return { 200: 'free', 409: 'taken' }[statusCode] ?? statusCode
  }

  async function meet(count: number): Promise<Holder[]> {
    return Promise.all(Array.from({ length: count }, () => makeHolder(app().services)))
  }

  describe('an account that asks whether addresses are taken', () => {
    test('R111: hears it ten times an hour, wherever it asks from, and no answer after that', async () => {
      const [asker, owner] = (await meet(2)) as [Holder, Holder]
      const here = await asker.signIn()
      const taken = `${owner.username}@example.com`
      for (let count = 0; count < takenPerAccount; count++) {
        expect(await ask(here, taken, somewhereInOneNetwork())).toBe('taken')
      }
      expect(await ask(here, taken, somewhere())).toBe(3_600)
      // Then free and taken get the same answer.
      expect(await ask(here, `free-${asker.username}@example.com`, somewhere())).toBe(3_600)
      clock.advance(3_600_000)
      const later = await asker.signIn()
      expect(await ask(later, taken, somewhere())).toBe('taken')
    })

    test('costs the owner of the address nothing: they sign in and change their address', async () => {
      const [asker, owner] = (await meet(2)) as [Holder, Holder]
      const here = await asker.signIn()
      for (let count = 0; count <= takenPerAccount; count++) {
        await ask(here, `${owner.username}@example.com`, somewhere())
      }
      expect(await owner.opensWith(owner.password)).toBe(true)
      const theirs = await owner.signIn()
      expect(await ask(theirs, `new-${owner.username}@example.com`, somewhere())).toBe('free')
    })

    test('is not hindered while the addresses it changes to are free', async () => {
      const [asker] = (await meet(1)) as [Holder]
      const here = await asker.signIn()
      const address = somewhere()
      for (let count = 0; count < 40; count++) {
        expect(await ask(here, `n${count}-${asker.username}@example.com`, address)).toBe('free')
      }
    })
  })

  test('an address hears it as often as passwords may fail there, whichever account asks', async () => {
    const address = somewhere()
    const askers = await meet(4)
    const taken = `${askers[0]?.username}@example.com`
    const answers: unknown[] = []
    for (const asker of askers.slice(1)) {
      const here = await asker.signIn()
      for (let count = 0; count < takenPerAccount; count++) {
        answers.push(await ask(here, taken, address))
      }
    }
    expect(answers).toEqual(Array(30).fill('taken'))
    const last = await makeHolder(app().services)
    expect(await ask(await last.signIn(), taken, address)).toBe(600)
    expect(await ask(await last.signIn(), taken, somewhere())).toBe('taken')
  })

  test('a network of IPv6 is counted beside the address, and one of IPv4 is not', async () => {
    const [asker, owner] = (await meet(2)) as [Holder, Holder]
    const here = await asker.signIn()
    await forgiveFailures(app().services)
    for (const address of ['203.0.113.9', '2001:db8:9:1::1']) {
      expect(await ask(here, `${owner.username}@example.com`, address)).toBe('taken')
    }
    const { kysely } = app().services.database
    const rows = await kysely.selectFrom('throttle_counters').select('key').execute()
    expect(rows.map(({ key }) => key).sort()).toEqual([
      `taken:account:${asker.id}`,
      'taken:address:2001:db8:9:1::/64',
      'taken:address:2001:db8:9::/48',
      'taken:address:203.0.113.9',
    ])
  })

  test('a change that fails for another reason is not counted', async () => {
    const [asker] = (await meet(1)) as [Holder]
    const here = await asker.signIn()
    const { schema } = app().services.database.kysely
    await schema.alterTable('audit_events').renameTo('audit_events_gone').execute()
    for (let count = 0; count <= takenPerAccount; count++) {
      expect(await ask(here, `n${count}-${asker.username}@example.com`, somewhere())).toBe(500)
    }
    await schema.alterTable('audit_events_gone').renameTo('audit_events').execute()
    expect(await ask(here, `new-${asker.username}@example.com`, somewhere())).toBe('free')
  })
})
