// The overview: counted by hour and by day, with what needs looking at, on both engines.

import { expect, test } from 'vitest'
import type { Overview } from '../contract/overview.ts'
import { makeHolder, shareTestApp } from '../testing/account-holder.ts'
import { forEachEngine } from '../testing/databases.ts'

const dayMs = 24 * 60 * 60_000

forEachEngine((engine) => {
  const shared = shareTestApp(engine)
  const sum = (counts: readonly number[]) => counts.reduce((all, one) => all + one, 0)

  async function ask(accessToken: string) {
    const headers = { authorization: `Bearer ${accessToken}` }
    const answer = await shared.app().app.inject({ url: '/api/overview', headers })
    return { status: answer.statusCode, overview: answer.json<Overview>() }
  }

  test('sign-ins and refusals are counted in the hour and the day in which they were, and locked accounts named', async () => {
    const { services } = shared.app()
    const admin = await makeHolder(services, 'admin')
    const user = await makeHolder(services)
    const first = await ask((await admin.signIn()).accessToken)
    expect(first.overview).toMatchObject({ version: expect.any(String), database: engine })
    expect(first.overview.day.signed_in).toHaveLength(24)
    expect(first.overview.month.signed_in).toHaveLength(30)
    expect(first.overview.attention).toEqual({ locked: [], alarms: [], old_keys: [] })

    await user.opensWith(user.password)
    await user.opensWith('not the password')
    // Three days later, and the account is closed then.
    shared.clock.advance(3 * dayMs)
    await user.opensWith(user.password)
    await services.database.kysely
      .insertInto('throttle_counters')
      .values({
        key: `account:${user.id}`,
        failures: 80,
        closed_until_ms: shared.clock.now() + 900_000,
        expires_at_ms: shared.clock.now() + dayMs,
      })
      .execute()
    await services.auditLog.record('sign_in_closed', { userId: user.id })
    await services.auditLog.record('sign_in_closed', { userId: admin.id })
    await services.auditLog.record('refresh_token_reused', { userId: user.id })

    const { status, overview } = await ask((await admin.signIn()).accessToken)
    expect(status).toBe(200)
    const { day, month, attention } = overview
    expect([sum(day.signed_in), day.signed_in.at(-1)]).toEqual([1, 1])
    expect(sum(day.refused)).toBe(0)
    expect([sum(month.signed_in), month.signed_in.at(-4), month.signed_in.at(-1)]).toEqual([
      2, 1, 1,
    ])
    expect([sum(month.refused), month.refused.at(-4)]).toEqual([1, 1])
    expect(day.closed.at(-1)).toBe(2)
    expect(overview.users_seen_in_a_day).toBe(1)
    expect(overview.live_sessions).toBeGreaterThanOrEqual(2)
    // The admin's own account is open again: only what is closed now is named.
    expect(attention.locked.map((one) => one.user.username)).toEqual([user.username])
    expect(attention.alarms).toMatchObject([
      { event: 'refresh_token_reused', user: { id: user.id } },
    ])
  })

  test('it is behind the scope of the audit log', async () => {
    const user = await makeHolder(shared.app().services)
    expect((await ask((await user.signIn()).accessToken)).status).toBe(403)
  })

  test('a signing key that has signed for more than a year is named', async () => {
    const { services } = shared.app()
    const admin = await makeHolder(services, 'admin')
    shared.clock.advance(366 * dayMs)
    const { overview } = await ask((await admin.signIn()).accessToken)
    expect(overview.attention.old_keys).toHaveLength(1)
  })
})
