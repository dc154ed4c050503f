// A watcher hears of every change, by this process and by others; the list is read once for all watchers.

import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { createChangeFeed } from '../../db/changes/change-feed.ts'
import { readIntervalMs } from '../../db/changes/watch.ts'
import type { Clock } from '../../db/clock.ts'
import type { Database, Engine } from '../../db/database.ts'
import { openDatabase } from '../../db/open.ts'
import {
  createTestPlace,
  forEachEngine,
  insertUser,
  openTestDatabase,
} from '../../testing/databases.ts'
import { stillFeed } from '../../testing/still-feed.ts'
import { openTestSessions } from '../../testing/test-sessions.ts'
import { createSessionRows } from '../sessions/session-rows.ts'
import { createSessionList, type ReadSessionList } from './session-list.ts'
import { createSessionWatch } from './session-watch.ts'

/** A process that watches, and the rules in another one, over the same database. */
async function openProcesses(engine: Engine) {
  const place = await createTestPlace(engine)
  const [ours, theirs] = [await openDatabase(place), await openDatabase(place)]
  const others = await openTestSessions(theirs)
  const { clock } = others
  const feed = createChangeFeed({ database: ours, clock, onError: () => {} })
  const watching = countQueries(ours)
  const reading = countLists(openList(watching.database, clock))
  const watch = createSessionWatch({
    database: watching.database,
    clock,
    feed,
    readList: reading.readList,
    onError: () => {},
    monotonicNow: createSwiftTime(),
  })
  onTestFinished(async () => {
    feed.close()
    for (const database of [ours, theirs]) await database.close()
    await place.remove()
  })
  return { ours, theirs, others, watch, watching, reading }
}

function openList(database: Database, clock: Clock): ReadSessionList {
  const sessions = createSessionRows({ database, clock })
  return createSessionList({ sessions, clients: { namesOf: async () => new Map() } })
}

/** The same, and how often it was read. */
function countLists(read: ReadSessionList) {
  const counter = { count: 0 }
  const readList: ReadSessionList = (userId) => {
    counter.count += 1
    return read(userId)
  }
  return { readList, counter }
}

/** Every check is a second after the one before, so that no check waits for its turn. */
function createSwiftTime(): () => number {
  let nowMs = 0
  return () => {
    nowMs += readIntervalMs
    return nowMs
  }
}

/** One process that writes and watches, and has no feed: it checks when it is told to. */
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
    readList: openList(database, others.clock),
    onError: () => {},
    monotonicNow: createSwiftTime(),
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

/** Yields `changes` one by one, until the test is over. */
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
    const { session, refreshToken } = await others.start('cookie')
    expect(await started).toBe(false)
    const second = next()
    others.clock.advance(1)
    const other = await others.start('cookie')
    expect(await second).toBe(false)
    const answer = { userId: others.userId, id: other.session.id, byId: session.id }
    for (const change of [
      () => others.rotate(refreshToken, 'cookie'),
      () => others.sessions.confirmDevice(answer),
      () => others.sessions.end(other.session.id, 'signed_out'),
      () => others.sessions.endAllOf(others.userId, 'ended_by_admin'),
    ]) {
      const told = next()
      await change()
      expect(await told).toBe(false)
    }
  })

  test('no user hears of another’s sessions, and no query runs while no one watches', async () => {
    const { ours, others, watch, watching } = await openProcesses(engine)
    await watch.look()
    expect(watching.counter.count).toBe(0)
    const { next, controller } = listen(watch, others.userId)
    await next()
    const told = next()
    await others.start('bearer', 'keycard-web', { userId: await insertUser(ours) })
    await watch.look()
    controller.abort()
    // The end of it, and no change.
    expect(await told).toBe(true)
    const asked = watching.counter.count
    await watch.look()
    expect(watching.counter.count).toBe(asked)
  })

  test('a write by this process is reported without a poll, and one check serves many watchers', async () => {
    const { ours, others, watch, watching } = await openProcesses(engine)
    const people = [others.userId, await insertUser(ours), await insertUser(ours)]
    const listeners = people.map((userId) => listen(watch, userId))
    for (const { next } of listeners) await next()
    const told = listeners.map(({ next }) => next())
    for (const userId of people) await others.start('bearer', 'keycard-web', { userId })
    const before = watching.counter.count
    await watch.look()
    expect(await Promise.all(told)).toEqual([false, false, false])
    // Two checks at most, and a list for each of the three.
    expect(watching.counter.count - before).toBeLessThanOrEqual(5)
  })

  test('a late watcher hears of everything that happened meanwhile, and then no more', async () => {
    const { others, watch } = await openProcesses(engine)
    const controller = new AbortController()
    onTestFinished(() => controller.abort())
    const changes = watch.changes(others.userId, controller.signal)
    await changes.next()
    for (let count = 0; count < 3; count += 1) {
      await others.start()
      await watch.look()
    }
    const totals: (number | undefined)[] = []
    while (totals.at(-1) !== 3) totals.push((await changes.next()).value?.total)
    expect(totals.length).toBeLessThanOrEqual(3)
    const end = changes.next()
    await watch.look()
    controller.abort()
    expect((await end).done).toBe(true)
  })

  test('one that begins as another ends is a change: the same number is not the same list', async () => {
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

  test('a write during a check is seen by the next one', async () => {
    const { database, others, watch, gate } = await openOneProcess(engine)
    const { id } = (await others.start()).session
    const used = { counter: 1, last_used_at_ms: others.clock.now() + 1 }
    const refresh = database.kysely.updateTable('sessions').set(used).where('id', '=', id)
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

  test('a change is read once for all streams of a user, and reported as the same objects where nothing changed', async () => {
    const { others, watch, reading } = await openProcesses(engine)
    for (let count = 0; count < 10; count += 1) await others.start('cookie')
    const { refreshToken, session } = await others.start('cookie')
    const controllers = Array.from({ length: 20 }, () => new AbortController())
    onTestFinished(() => controllers.forEach((each) => void each.abort()))
    const streams = controllers.map(({ signal }) => watch.changes(others.userId, signal))
    const first = await Promise.all(streams.map(async (stream) => (await stream.next()).value))
    for (const list of first) expect(list).toBe(first[0])
    expect(reading.counter.count).toBe(1)

    const told = streams.map(async (stream) => (await stream.next()).value)
    others.clock.advance(1)
    await others.rotate(refreshToken, 'cookie')
    await watch.look()
    const second = await Promise.all(told)
    for (const list of second) expect(list).toBe(second[0])
    expect(reading.counter.count).toBe(2)
    const changed = second[0]?.sessions.filter((each) => !first[0]?.sessions.includes(each))
    expect(changed?.map(({ id }) => id)).toEqual([session.id])
  })

  test('a list that is answered late never replaces one that was read after it', async () => {
    const { others, database } = await openOneProcess(engine)
    const read = openList(database, others.clock)
    let readings = 0
    let late: Promise<void> = Promise.resolve()
    const watch = createSessionWatch({
      database,
      clock: others.clock,
      feed: stillFeed,
      async readList(userId) {
        readings += 1
        if (readings !== 2) return read(userId)
        const list = await read(userId)
        late = sleep(50)
        await late
        return list
      },
      onError: () => {},
      monotonicNow: createSwiftTime(),
    })
    const controller = new AbortController()
    onTestFinished(() => controller.abort())
    const changes = watch.changes(others.userId, controller.signal)
    await changes.next()
    for (let count = 0; count < 2; count += 1) {
      await others.start()
      await watch.look()
      // For the timer whose turn it is.
      await sleep(1)
    }
    while ((await changes.next()).value?.total !== 2);
    const end = changes.next()
    await late
    await watch.look()
    controller.abort()
    expect((await end).done).toBe(true)
  })

  test('many changes in a moment are reported as one, a second later', async () => {
    const { others, database } = await openOneProcess(engine)
    const { readList, counter } = countLists(openList(database, others.clock))
    const watch = createSessionWatch({
      database,
      clock: others.clock,
      feed: stillFeed,
      readList,
      onError: () => {},
      monotonicNow: () => 0,
    })
    const { next } = listen(watch, others.userId)
    await next()
    const told = next()
    for (let count = 0; count < 5; count += 1) {
      await others.start()
      await watch.look()
    }
    expect(counter.count).toBe(1)
    expect(await told).toBe(false)
    expect(counter.count).toBe(2)
  })
})
