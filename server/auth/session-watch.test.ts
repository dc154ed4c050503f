// Who watches hears of every change, of this process and of others, and it costs one query for all.

import { expect, onTestFinished, test } from 'vitest'
import {
  createTestPlace,
  forEachEngine,
  insertUser,
  openTestDatabase,
} from '../../e2e/databases.ts'
import { stillFeed } from '../../e2e/still-feed.ts'
import { openTestSessions } from '../../e2e/test-sessions.ts'
import type { Database, Engine } from '../db/database.ts'
import { openDatabase } from '../db/open.ts'
import { createChangeFeed } from './change-feed.ts'
import { createSessionWatch } from './session-watch.ts'

/** A process that watches, and the rules in another one, over the same database. */
async function openProcesses(engine: Engine) {
  const place = await createTestPlace(engine)
  const [ours, theirs] = [await openDatabase(place), await openDatabase(place)]
  const others = await openTestSessions(theirs)
  const { clock } = others
  const feed = createChangeFeed({ database: ours, clock, onError: () => {} })
  const watching = countQueries(ours)
  const watch = createSessionWatch({
    database: watching.database,
    clock,
    feed,
    onError: () => {},
  })
  onTestFinished(async () => {
    feed.close()
    for (const database of [ours, theirs]) await database.close()
    await place.remove()
  })
  return { ours, theirs, others, watch, watching }
}

/** One process that writes and watches, and has no feed: it looks when it is told to. */
async function openOneProcess(engine: Engine) {
  const database = await openTestDatabase(engine)
  const others = await openTestSessions(database)
  const gate = createGate()
  const kysely = database.kysely.withPlugin({
    transformQuery: ({ node }) => node,
    transformResult: async ({ result }) => {
      await gate.pass()
      return result
    },
  })
  const watch = createSessionWatch({
    database: { ...database, kysely },
    clock: others.clock,
    feed: stillFeed,
    onError: () => {},
  })
  return { database, others, watch, gate }
}

/** Holds answers back, once they have been read, for as long as it is closed. */
function createGate() {
  let opened = Promise.resolve()
  let open = () => {}
  let arrive = () => {}
  return {
    reached: Promise.resolve(),
    close() {
      opened = new Promise((resolve) => {
        open = resolve
      })
      this.reached = new Promise((resolve) => {
        arrive = resolve
      })
    },
    open: () => open(),
    pass() {
      arrive()
      return opened
    },
  }
}

/** The same database, and how often it was asked. */
function countQueries(database: Database) {
  const counter = { count: 0 }
  const kysely = database.kysely.withPlugin({
    transformQuery({ node }) {
      counter.count += 1
      return node
    },
    transformResult: async ({ result }) => result,
  })
  return { database: { ...database, kysely }, counter }
}

/** Tells `changes` one by one, until the test is over. */
function listen(watch: ReturnType<typeof createSessionWatch>, userId: string) {
  const controller = new AbortController()
  onTestFinished(() => controller.abort())
  const changes = watch.changes(userId, controller.signal)
  return { next: async () => (await changes.next()).done === true, controller }
}

forEachEngine((engine) => {
  test('R61: a session that another process starts, refreshes, confirms or ends is a change', async () => {
    const { others, watch } = await openProcesses(engine)
    const { next } = listen(watch, others.userId)
    expect(await next()).toBe(false)
    const started = next()
    const { session, refreshToken } = await others.start('browser')
    expect(await started).toBe(false)
    const second = next()
    others.clock.advance(1)
    const other = await others.start('browser')
    expect(await second).toBe(false)
    const answer = { userId: others.userId, id: other.session.id, byId: session.id }
    for (const change of [
      () => others.rotate(refreshToken, 'browser'),
      () => others.sessions.confirmDevice(answer),
      () => others.sessions.end(other.session.id, 'signed_out'),
      () => others.sessions.endAllOf(others.userId, 'ended_by_admin'),
    ]) {
      const told = next()
      await change()
      expect(await told).toBe(false)
    }
  })

  test('nobody is told of another’s sessions, and nobody asks while nobody watches', async () => {
    const { ours, others, watch, watching } = await openProcesses(engine)
    await watch.look()
    expect(watching.counter.count).toBe(0)
    const { next, controller } = listen(watch, others.userId)
    await next()
    const told = next()
    await others.start('token', 'keycard-web', { userId: await insertUser(ours) })
    await watch.look()
    controller.abort()
    // The end of it, and no change.
    expect(await told).toBe(true)
    const asked = watching.counter.count
    await watch.look()
    expect(watching.counter.count).toBe(asked)
  })

  test('what this process has written is told without a poll, and one look serves many', async () => {
    const { ours, others, watch, watching } = await openProcesses(engine)
    const people = [others.userId, await insertUser(ours), await insertUser(ours)]
    const listeners = people.map((userId) => listen(watch, userId))
    for (const { next } of listeners) await next()
    const told = listeners.map(({ next }) => next())
    for (const userId of people) await others.start('token', 'keycard-web', { userId })
    const before = watching.counter.count
    await watch.look()
    expect(await Promise.all(told)).toEqual([false, false, false])
    expect(watching.counter.count - before).toBeLessThanOrEqual(2)
  })

  test('who is told late is told once of all that happened meanwhile', async () => {
    const { others, watch } = await openProcesses(engine)
    const { next, controller } = listen(watch, others.userId)
    await next()
    for (let count = 0; count < 3; count += 1) {
      await others.start()
      await watch.look()
    }
    expect(await next()).toBe(false)
    const end = next()
    await watch.look()
    controller.abort()
    expect(await end).toBe(true)
  })

  test('one that begins as another ends is a change: as many as before are not the same', async () => {
    const { others, watch } = await openOneProcess(engine)
    const { session } = await others.start()
    const { next } = listen(watch, others.userId)
    await next()
    const told = next()
    others.clock.advance(1)
    await others.sessions.end(session.id, 'signed_out')
    await others.start()
    await watch.look()
    expect(await told).toBe(false)
  })

  test('what is written while a look is under way is seen by the next one', async () => {
    const { database, others, watch, gate } = await openOneProcess(engine)
    const { id } = (await others.start()).session
    const refresh = database.kysely.updateTable('sessions').set({ counter: 1 }).where('id', '=', id)
    const { next } = listen(watch, others.userId)
    await next()
    const told = next()
    gate.close()
    const underWay = watch.look()
    await gate.reached
    await database.runAtomically([refresh])
    const after = watch.look()
    gate.open()
    await Promise.all([underWay, after])
    expect(await told).toBe(false)
  })
})
