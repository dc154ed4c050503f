// What wakes the other nodes on PostgreSQL; and where poolers and distributed databases lack LISTEN
// and NOTIFY, the poll alone.

import { describe, expect, onTestFinished, test } from 'vitest'
import { createTestPlace } from '../../testing/databases.ts'
import { operator } from '../../testing/operator.ts'
import { startPostgresProxy } from '../../testing/postgres-proxy.ts'
import { openProcess, opens, signIn } from '../../testing/test-processes.ts'

describe.each([
  ['LISTEN alone, as behind a pooler', /^listen/i],
  ['both, as a distributed database', /^listen|pg_notify/i],
])('where it lacks %s', (_what, lacks) => {
  test('R58: a token that one process revokes is refused by the others, by their poll', async () => {
    const place = await createTestPlace('postgres')
    onTestFinished(() => place.remove())
    const proxy = await startPostgresProxy(place.url ?? '', lacks)
    onTestFinished(() => proxy.close())
    const [one, other] = [await openProcess(proxy), await openProcess(proxy)]
    const [out, stays] = [await signIn(one), await signIn(one)]
    const claims = await other.identities.authenticateToken(out.access_token)
    expect(other.revocations.isRevoked(claims)).toBe(false)

    await one.signOut.byRefreshToken(out.refresh_token)
    expect(await opens(one, out.access_token)).toBe('invalid_token')
    // From its memory, without asking as it would after a long silence.
    await expect.poll(() => other.revocations.isRevoked(claims)).toBe(true)
    expect(await opens(other, stays.access_token)).toBe(true)
    expect(await other.checkReadiness()).toMatchObject({ database: 'ok', changes: 'ok' })
    expect(proxy.refused).not.toEqual([])
  })
})

test('a node’s changes of tokens and keys wake the others, which wait for no poll', async () => {
  const place = await createTestPlace('postgres')
  onTestFinished(() => place.remove())
  const [one, other] = [await openProcess(place), await openProcess(place)]
  const { access_token, refresh_token } = await signIn(one)
  const { userId } = (await one.identities.authenticateToken(access_token)) as { userId: string }
  let wakings = 0
  // It is also called as soon as it listens.
  onTestFinished(other.database.onAnnouncement(() => void wakings++))
  await expect.poll(() => wakings).toBe(1)
  const [key] = await one.keyRotation.list()

  const changes: [what: string, change: () => Promise<unknown>][] = [
    ['a role', () => one.userAdministration.setRole(userId, 'admin', operator)],
    ['the end of a session', () => one.signOut.byRefreshToken(refresh_token)],
    ['a disabled account', () => one.userAdministration.disable(userId, operator)],
    ['a signing key', () => one.keyRotation.drop(key?.kid ?? '')],
  ]
  for (const [index, [what, change]] of changes.entries()) {
    // Control: this change concerns no other node.
    await one.database.kysely.updateTable('users').set({ full_name: what }).execute()
    await change()
    await expect.poll(() => wakings, { message: what }).toBe(index + 2)
  }
})
