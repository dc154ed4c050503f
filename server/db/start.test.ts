// Opening a database that cannot be opened, opening it several times at once, and losing it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, inject, onTestFinished, test } from 'vitest'
import { productName } from '../contract/brand.ts'
import { StartError } from '../settings/start-error.ts'
import {
  createTestPlace,
  forEachEngine,
  openTestDatabase,
  type TestPlace,
} from '../testing/databases.ts'
import type { Engine } from './database.ts'
import { type DatabaseOptions, openDatabase } from './open.ts'
import { explainPostgresError } from './postgres/start-error.ts'

async function makePlace(engine: Engine): Promise<TestPlace> {
  const place = await createTestPlace(engine)
  onTestFinished(() => place.remove())
  return place
}

/** A process of its own that opens the database as `database` and then runs `code`. */
function runInProcess(place: DatabaseOptions, code: string, options: { uid?: number } = {}) {
  const module = new URL('./open.ts', import.meta.url).href
  const program = `
    import { openDatabase } from ${JSON.stringify(module)}
    try {
      const database = await openDatabase(${JSON.stringify(place)})
      ${code}
    } catch (error) {
      console.error(error.name + ': ' + error.message)
      process.exit(1)
    }`
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '--eval', program],
    { stdio: ['ignore', 'pipe', 'pipe'], ...options },
  )
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  return {
    child,
    ended: once(child, 'close').then(([exitCode]) => ({ exitCode: exitCode as number, output })),
    output: () => output,
  }
}

async function explainOpening(options: DatabaseOptions): Promise<string> {
  const error = await openDatabase(options).then(
    (database) => database.close(),
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(StartError)
  return (error as StartError).message
}

forEachEngine((engine) => {
  test('three processes that start together on an empty database all succeed', async () => {
    const { url, dataDir } = await makePlace(engine)
    const place = url ? { url, dataDir } : { dataDir }
    const code = 'await database.ping(); await database.close(); console.log("opened")'
    const processes = [1, 2, 3].map(() => runInProcess(place, code).ended)
    for (const result of await Promise.all(processes)) {
      expect(result.output).toMatch(/^(Waiting for another node's .*\n)?opened\n$/)
      expect(result.exitCode).toBe(0)
    }
  })

  test('acknowledged rows are there after kill -9', async () => {
    const { url, dataDir } = await makePlace(engine)
    const place = url ? { url, dataDir } : { dataDir }
    const writer = runInProcess(
      place,
      `for (let i = 0; ; i++) {
        const row = { id: String(i), kind: 'session', subject: 's', created_at_ms: i }
        await database.kysely.insertInto('revocations').values(row).execute()
        process.stdout.write(i + '\\n')
      }`,
    )
    while (writer.output().split('\n').length < 100 && writer.child.exitCode === null) {
      await once(writer.child.stdout, 'data')
    }
    writer.child.kill('SIGKILL')
    const { output } = await writer.ended
    const acknowledged = output.slice(0, output.lastIndexOf('\n')).split('\n')

    const database = await openDatabase(place)
    const rows = await database.kysely.selectFrom('revocations').select('id').execute()
    await database.close()
    const kept = new Set(rows.map((row) => row.id))
    expect(acknowledged.length).toBeGreaterThan(90)
    expect(acknowledged.filter((id) => !kept.has(id))).toEqual([])
  })

  test('a database of a newer version is refused', async () => {
    const place = await makePlace(engine)
    const database = await openDatabase(place)
    await database.kysely
      // @ts-expect-error The table belongs to the migrator, and is not part of ours.
      .insertInto('kysely_migration')
      .values({ name: '9999_from_the_future', timestamp: '2099-01-01T00:00:00.000Z' })
      .execute()
    await database.close()
    expect(await explainOpening(place)).toContain(
      `a newer or a different version of ${productName}`,
    )
  })
})

test('the data folder and its files are readable by their owner only', async () => {
  const { dataDir } = await makePlace('sqlite')
  const folder = join(dataDir, 'deep', 'data')
  const database = await openDatabase({ dataDir: folder })
  const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)
  expect(modeOf(folder)).toBe('700')
  for (const name of ['keycard.db', 'keycard.db-wal', 'keycard.db-shm']) {
    expect(modeOf(join(folder, name))).toBe('600')
  }
  await database.close()
})

test('a change by another connection changes the token, one of our own does not', async () => {
  const place = await makePlace('sqlite')
  const [ours, theirs] = [await openDatabase(place), await openDatabase(place)]
  const write = (database: typeof ours, id: string) =>
    database.kysely
      .insertInto('revocations')
      .values({ id, kind: 'session', subject: 's', created_at_ms: 1 })
      .execute()
  const before = ours.changeToken()
  await write(ours, 'a')
  expect(ours.changeToken()).toBe(before)
  await write(theirs, 'b')
  expect(ours.changeToken()).not.toBe(before)
  await ours.close()
  await theirs.close()
})

test('a closed database is complete in its one file', async () => {
  const place = await makePlace('sqlite')
  const database = await openDatabase(place)
  await database.close()
  const copy = await makePlace('sqlite')
  writeFileSync(join(copy.dataDir, 'keycard.db'), readFileSync(join(place.dataDir, 'keycard.db')))
  const opened = await openDatabase(copy)
  await opened.ping()
  await opened.close()
  expect(statSync(join(place.dataDir, 'keycard.db')).size).toBeGreaterThan(4096)
})

test('a damaged database file is named and left as it is', async () => {
  const place = await makePlace('sqlite')
  const file = join(place.dataDir, 'keycard.db')
  const database = await openDatabase(place)
  await database.close()
  const damagedInside = Buffer.from(readFileSync(file)).fill(0xff, 100)

  for (const content of [Buffer.from('short'), Buffer.alloc(20_000, 'text'), damagedInside]) {
    writeFileSync(file, content)
    expect(await explainOpening(place)).toBe(
      `The database file ${file} is damaged and was left as it is: put a backup in its place, ` +
        'or move it away to begin with an empty one.',
    )
    expect(readFileSync(file).equals(content)).toBe(true)
  }
})

test('a data folder that cannot be written is named', async () => {
  const { dataDir } = await makePlace('sqlite')
  const file = join(dataDir, 'a-file')
  writeFileSync(file, '')
  expect(await explainOpening({ dataDir: join(file, 'data') })).toMatch(
    /^The data folder .*a-file\/data cannot be written \(ENOTDIR\): .* DATA_DIR\.$/,
  )

  chmodSync(dataDir, 0o555)
  // Root may write everywhere, so another user tries.
  const options = process.getuid?.() === 0 ? { uid: 65_534 } : {}
  const { exitCode, output } = await runInProcess({ dataDir }, '', options).ended
  expect(exitCode).toBe(1)
  expect(output).toMatch(/^StartError: The data folder .* cannot be written \(EACCES\)/)

  // The same where the folder is writable, and the file in it is not.
  chmodSync(dataDir, 0o755)
  writeFileSync(join(dataDir, 'keycard.db'), '', { mode: 0o400 })
  if (options.uid === undefined) return
  chownSync(join(dataDir, 'keycard.db'), 0, 0)
  const second = await runInProcess({ dataDir }, '', options).ended
  expect(second.output).toMatch(/^StartError: The data folder .* cannot be written \(EACCES\)/)
})

test('a PostgreSQL that cannot be used is explained, without its password', async () => {
  const url = new URL(inject('postgresUrl'))
  const change = (values: Partial<URL>) => Object.assign(new URL(url), values).href
  const shown = (value: string) => value.replace(/:[^:@/]*@/, '@')
  const opening = (value: string) => explainOpening({ url: value, dataDir: '' })

  const closed = change({ port: '1', password: 'hunter2' })
  expect(await opening(closed)).toBe(
    `PostgreSQL at ${shown(closed)} cannot be used (ECONNREFUSED): ` +
      'see that it runs and can be reached from here, or correct DATABASE_URL.',
  )
  const wrong = change({ password: 'hunter2' })
  expect(await opening(wrong)).toBe(
    `PostgreSQL at ${shown(wrong)} refuses the username or the password: correct DATABASE_URL.`,
  )
  // pg says so where there is no password; tried for real, it would hold a connection for 60 s.
  const missing = new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string')
  expect(explainPostgresError(missing, change({ password: '' })).message).toContain(
    'refuses the username or the password',
  )
  expect(await opening(change({ pathname: '/no_such_database' }))).toContain('no such database')
  for (const unreadable of [
    'postgres://ada:hunter2%@localhost/x',
    'postgres://ada:hun/ter2@h:1/x',
  ]) {
    expect(await opening(unreadable)).toMatch(/^DATABASE_URL cannot be read: /)
    expect(await opening(unreadable)).not.toContain('hunter2%')
  }
  expect(await opening('mysql://ada:hunter2@localhost/x')).toMatch(
    /^DATABASE_URL must begin with postgres:/,
  )
})

test('PostgreSQL ending every connection is a temporary outage, and the process lives', async () => {
  const database = await openTestDatabase('postgres')
  const sleeping = Array.from({ length: 3 }, () =>
    sql`select pg_sleep(8)`.execute(database.kysely).catch((error: unknown) => error),
  )
  const terminate = sql`
    select pid, pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and query like '%pg_sleep%' and pid <> pg_backend_pid()`
  // A connection that is told to end may show up once more before it is gone.
  const ended = new Set<unknown>()
  while (ended.size < sleeping.length) {
    const { rows } = await terminate.execute(database.kysely)
    for (const { pid } of rows as { pid: unknown }[]) ended.add(pid)
  }
  for (const error of await Promise.all(sleeping)) {
    expect(error).toMatchObject({ reason: 'unavailable' })
  }
  await database.ping()
  await database.runAtomically([database.kysely.deleteFrom('revocations')])
})
