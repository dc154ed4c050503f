// A value that is watched: a change in this process or in another one reaches its watchers.

import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { createTestPlace, forEachEngine } from '../../testing/databases.ts'
import { stillFeed } from '../../testing/still-feed.ts'
import { createTestClock } from '../../testing/test-clock.ts'
import type { Database, Engine } from '../database.ts'
import { openDatabase } from '../open.ts'
import { createChangeFeed } from './change-feed.ts'
import { createWatch } from './watch.ts'

/** Words that a key has, in a table of the test's own. */
async function openWords(engine: Engine) {
  const place = await createTestPlace(engine)
  const [ours, theirs] = [await openDatabase(place), await openDatabase(place)]
  await sql`create table words (owner text not null, word text not null)`.execute(ours.kysely)
  const feed = createChangeFeed({ database: ours, clock: createTestClock(), onError: () => {} })
  onTestFinished(async () => {
    feed.close()
    for (const database of [ours, theirs]) await database.close()
    await place.remove()
  })
  const reads: string[] = []
  const watch = createWatch<readonly string[]>({
    feed,
    async readFacts() {
      const { rows } = await sql<{ owner: string; count: number }>`
        select owner, count(*) as count from words group by owner`.execute(ours.kysely)
      return rows.map(({ owner, count }) => [owner, Number(count)] as const)
    },
    async read(owner) {
      reads.push(owner)
      const { rows } = await sql<{ word: string }>`
        select word from words where owner = ${owner} order by word`.execute(ours.kysely)
      return rows.map(({ word }) => word)
    },
    onError: () => {},
    // A second has passed each time it is asked.
    monotonicNow: (() => {
      let nowMs = 0
      return () => (nowMs += 1_000)
    })(),
  })
  const add = ({ kysely }: Database, owner: string, word: string) =>
    sql`insert into words (owner, word) values (${owner}, ${word})`.execute(kysely)
  return { ours, theirs, watch, reads, add }
}

forEachEngine((engine) => {
  test('a watcher gets the value at once, and again when this process or another changes it', async () => {
    const { ours, theirs, watch, add } = await openWords(engine)
    await add(ours, 'ada', 'apple')
    const changes = watch.changes('ada', new AbortController().signal)
    expect(await changes.next()).toEqual({ done: false, value: ['apple'] })
    await add(ours, 'ada', 'bread')
    const here = changes.next()
    await watch.look()
    expect(await here).toEqual({ done: false, value: ['apple', 'bread'] })
    // Nothing looks for it but the feed.
    await add(theirs, 'ada', 'cider')
    expect((await changes.next()).value).toEqual(['apple', 'bread', 'cider'])
    await changes.return()
  })

  test('one read serves all watchers of a key, and none of another key hears of it', async () => {
    const { ours, watch, reads, add } = await openWords(engine)
    const signal = new AbortController().signal
    const ofAda = [watch.changes('ada', signal), watch.changes('ada', signal)]
    const ofBob = watch.changes('bob', signal)
    for (const changes of [...ofAda, ofBob]) expect((await changes.next()).value).toEqual([])
    reads.length = 0
    const heard = ofAda.map((changes) => changes.next())
    let hasBobHeard = false
    void ofBob.next().then(() => {
      hasBobHeard = true
    })
    await add(ours, 'ada', 'apple')
    await watch.look()
    for (const answer of heard) expect((await answer).value).toEqual(['apple'])
    expect(reads).toEqual(['ada'])
    expect(hasBobHeard).toBe(false)
  })
})

test('a watcher whose signal ends gets no more, and its key is asked for no longer', async () => {
  const asked: string[][] = []
  const watch = createWatch<readonly string[]>({
    feed: stillFeed,
    async readFacts(keys) {
      asked.push(keys)
      return []
    },
    read: async () => ['apple'],
    onError: () => {},
  })
  const controller = new AbortController()
  const changes = watch.changes('ada', controller.signal)
  expect((await changes.next()).value).toEqual(['apple'])
  const last = changes.next()
  controller.abort()
  expect(await last).toEqual({ done: true, value: undefined })
  await watch.look()
  expect(asked).toEqual([['ada']])
})
