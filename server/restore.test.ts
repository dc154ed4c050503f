// A backup takes the place of the SQLite database; or it is refused, and everything is as it was.

import { randomBytes } from 'node:crypto'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import Libsql from 'libsql'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { type Config, readConfig } from './config.ts'
import { productName } from './contract/brand.ts'
import { restoreDatabase } from './restore.ts'
import { createServices } from './services.ts'
import { createTestPlace } from './testing/databases.ts'
import { operator } from './testing/operator.ts'
import { cheapestBcryptCost } from './testing/test-app.ts'

function makeConfig(dataDir: string, masterKey = ''): Config {
  return readConfig({
    DATA_DIR: dataDir,
    MASTER_KEY: masterKey,
    LOG_LEVEL: 'silent',
  })
}

async function makeEmptyPlace(masterKey?: string): Promise<Config> {
  const place = await createTestPlace('sqlite')
  onTestFinished(() => place.remove())
  return makeConfig(place.dataDir, masterKey)
}

/** A process that lives on releases a closed database some time later: a copy is free. */
async function copyPlace({ dataDir }: Config): Promise<Config> {
  const copy = await makeEmptyPlace()
  cpSync(dataDir, copy.dataDir, { recursive: true })
  return copy
}

async function fillPlace(config: Config): Promise<void> {
  const services = await createServices(config, { bcryptCost: cheapestBcryptCost })
  await services.database.backUp(join(config.dataDir, 'backup.db'))
  await services.close()
}

let original: Config

beforeAll(async () => {
  const place = await createTestPlace('sqlite')
  original = makeConfig(place.dataDir)
  await fillPlace(original)
  return () => place.remove()
})

/** A Keycard with the demo accounts, and a backup of it in the same folder. */
async function makePlace(): Promise<{ config: Config; file: string }> {
  const config = await copyPlace(original)
  return { config, file: join(config.dataDir, 'backup.db') }
}

async function listNames(config: Config): Promise<string[]> {
  const services = await createServices(config, { serving: false })
  const names: string[] = []
  for await (const users of services.userDirectory.everyone('')) {
    names.push(...users.map(({ username }) => username))
  }
  await services.close()
  return names
}

/** Each file with its content, except a database's head, where its journal is named. */
function readFolder({ dataDir }: Config): Record<string, string> {
  const names = readdirSync(dataDir).filter((name) => !/-(wal|shm)$/.test(name))
  const read = (name: string) => {
    const bytes = readFileSync(join(dataDir, name))
    return (name.endsWith('.db') ? bytes.subarray(100) : bytes).toString('base64')
  }
  return Object.fromEntries(names.sort().map((name) => [name, read(name)]))
}

test('a backup holds everything, is readable by its owner only, and overwrites nothing', async () => {
  const { config, file } = await makePlace()
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600)
  const bytes = readFileSync(file)
  const services = await createServices(config)
  onTestFinished(() => services.close())
  await expect(services.database.backUp(file)).rejects.toMatchObject({
    message: `${file} exists already: name a new file.`,
  })
  expect(readFileSync(file)).toEqual(bytes)
  const nowhere = join(config.dataDir, 'nowhere', 'backup.db')
  await expect(services.database.backUp(nowhere)).rejects.toThrow('cannot be written: ENOENT')
  // A quote in the name is one, and not the end of the statement.
  await services.database.backUp(join(config.dataDir, "it's a backup.db"))
  expect(existsSync(join(config.dataDir, "it's a backup.db"))).toBe(true)
})

test('a restored backup is the database, and the old one lies beside it', async () => {
  const { config: place, file } = await makePlace()
  const services = await createServices(place)
  const demo = await services.users.findByLogin('johndoe')
  await services.userAdministration.disable(demo?.id ?? '', operator)
  await services.userAdministration.create(
    { username: 'newcomer', password: 'seven lamps over a wet road' },
    operator,
  )
  await services.close()

  const config = await copyPlace(place)
  mkdirSync(join(config.dataDir, 'restoring-killed'))
  const { userCount, keptAs } = await restoreDatabase(config, file, operator)
  expect(userCount).toBe(3)
  expect(await listNames(config)).toEqual(['admin', 'alice', 'johndoe'])
  expect(readdirSync(config.dataDir).some((name) => name.startsWith('restoring-'))).toBe(false)

  // And back again: nothing was lost.
  const again = await copyPlace(config)
  await restoreDatabase(again, keptAs ?? '', operator)
  expect(await listNames(again)).toEqual(['admin', 'alice', 'johndoe', 'newcomer'])
})

test('on a new machine the master key comes first: a new one could decrypt nothing', async () => {
  const { config, file } = await makePlace()
  const elsewhere = await makeEmptyPlace()
  await expect(restoreDatabase(elsewhere, file, operator)).rejects.toThrow(
    `put the master.key of that database into ${elsewhere.dataDir} first`,
  )
  expect(readFolder(elsewhere)).toEqual({})
  copyFileSync(join(config.dataDir, 'master.key'), join(elsewhere.dataDir, 'master.key'))
  expect(await restoreDatabase(elsewhere, file, operator)).toMatchObject({ keptAs: null })
  expect(await listNames(elsewhere)).toContain('johndoe')
})

test('a damaged database makes way for its backup, and is kept', async () => {
  const { config, file } = await makePlace()
  const current = join(config.dataDir, 'keycard.db')
  writeFileSync(current, 'this was a database once, and is none any more')
  const { keptAs } = await restoreDatabase(config, file, operator)
  expect(readFileSync(keptAs ?? '', 'utf8')).toMatch(/^this was a database once/)
  expect(await listNames(config)).toContain('johndoe')
})

describe('a refused restore leaves everything as it was', () => {
  const refusals: [what: string, spoil: (file: string) => void, why: RegExp | string][] = [
    ['is not there', (file) => truncateSync(`${file}.gone`), /ENOENT/],
    ['is no database', (file) => writeFileSync(file, 'hello '.repeat(1_000)), /is no SQLite data/],
    ['is empty', (file) => writeFileSync(file, ''), `is no database of ${productName}.`],
    ['is half there', (file) => truncateSync(file, 60_000), /is damaged/],
    [
      'was damaged',
      (file) => {
        const bytes = readFileSync(file)
        bytes.fill(0xa5, 8_192, 40_960)
        writeFileSync(file, bytes)
      },
      /is damaged/,
    ],
    [
      'has an index that lacks its rows',
      (file) => {
        const damaged = new Libsql(file)
        damaged.exec('pragma writable_schema = on')
        damaged.exec(`update sqlite_master set rootpage =
          (select rootpage from sqlite_master where name = 'items_owner_id_created_at_ms_id')
          where name = 'users_role_username_key'`)
        damaged.close()
      },
      /is damaged: /,
    ],
    [
      'is of another program',
      (file) => {
        writeFileSync(file, '')
        const other = new Libsql(file)
        other.exec('create table users (name text)')
        other.close()
      },
      `is no database of ${productName}.`,
    ],
    [
      'is of a newer Keycard',
      (file) => {
        const newer = new Libsql(file)
        newer.exec(
          "insert into kysely_migration (name, timestamp) values ('9999_later', '2030-01-01T00:00:00.000Z')",
        )
        newer.close()
      },
      `a newer or a different version of ${productName}`,
    ],
    [
      'is of a newer version of the app',
      (file) => {
        const newer = new Libsql(file)
        newer.exec(`create table app_migrations
          (name text primary key, timestamp text, checksum text, is_additive integer);
          insert into app_migrations values ('0001_later', '2030-01-01T00:00:00.000Z', 'its own', 0)`)
        newer.close()
      },
      /a newer or a different version of this app/,
    ],
  ]

  test.each(refusals)('where the backup %s', async (what, spoil, why) => {
    const { config, file } = await makePlace()
    if (what !== 'is not there') spoil(file)
    const there = what === 'is not there' ? `${file}.gone` : file
    const before = readFolder(config)
    await expect(restoreDatabase(config, there, operator)).rejects.toThrow(why)
    expect(readFolder(config)).toEqual(before)
    expect(await listNames(config)).toEqual(['admin', 'alice', 'johndoe'])
  })

  test('where its master key is another one', async () => {
    const { config, file } = await makePlace()
    const before = readFolder(config)
    const other = makeConfig(config.dataDir, randomBytes(32).toString('base64'))
    await expect(restoreDatabase(other, file, operator)).rejects.toThrow(
      'The master key does not open the signing key in the database',
    )
    expect(readFolder(config)).toEqual(before)
  })

  test('where it is the database itself', async () => {
    const { config } = await makePlace()
    const current = join(config.dataDir, 'keycard.db')
    await expect(restoreDatabase(config, current, operator)).rejects.toThrow('the database itself')
  })
})

test('PostgreSQL has tools of its own, and they are named', async () => {
  const config = {
    ...(await makeEmptyPlace()),
    databaseUrl: 'postgres://ada:secret@localhost/keycard',
  }
  await expect(restoreDatabase(config, 'keycard.dump', operator)).rejects.toThrow(
    /pg_restore --no-owner .*"\$DATABASE_URL" keycard\.dump \\\n {2}&& npm run keycard -- after-restore$/,
  )
})
