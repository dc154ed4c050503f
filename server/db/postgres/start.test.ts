// What PostgreSQL says between the first connection and the first request: a sentence that says what to do.

import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { expect, inject, onTestFinished, test } from 'vitest'
import { readConfig } from '../../config.ts'
import { productName } from '../../contract/brand.ts'
import { createServices } from '../../services.ts'
import { StartError } from '../../settings/start-error.ts'
import { createTestPlace, runOnServer } from '../../testing/databases.ts'

interface Place {
  name: string
  url: URL
}

async function makePlace(): Promise<Place> {
  const place = await createTestPlace('postgres')
  onTestFinished(() => place.remove())
  const url = new URL(place.url ?? '')
  return { name: url.pathname.slice(1), url }
}

/** A user who may sign in, and no more. @returns the database's URL for them */
async function makeUser({ url }: Place): Promise<{ user: string; theirs: string }> {
  const user = `u${randomBytes(6).toString('hex')}`
  await runOnServer(`create role ${user} login password 'hunter22'`)
  onTestFinished(async () => {
    const client = new pg.Client({ connectionString: url.href })
    await client.connect()
    await client.query(`drop owned by ${user}`)
    await client.query(`drop role ${user}`)
    await client.end()
  })
  const theirs = Object.assign(new URL(url), { username: user, password: 'hunter22' }).href
  return { user, theirs }
}

const masterKey = randomBytes(32).toString('base64')

async function startOn(url: string, demoAccounts: 'on' | 'off' = 'on'): Promise<string> {
  const env = { DATABASE_URL: url, MASTER_KEY: masterKey }
  const config = readConfig({ ...env, LOG_LEVEL: 'silent', DEMO_ACCOUNTS: demoAccounts })
  try {
    const services = await createServices(config)
    await services.close()
    return 'started'
  } catch (error) {
    expect(error).toBeInstanceOf(StartError)
    const { message } = error as StartError
    expect(message).not.toContain('hunter22')
    return message
  }
}

test('a standby, or a server that accepts no writes', async () => {
  const { name, url } = await makePlace()
  await runOnServer(`alter database ${name} set default_transaction_read_only = on`)
  expect(await startOn(url.href)).toMatch(/takes no writes, as a standby does: name the primary/)
})

test('a limit of connections', async () => {
  const place = await makePlace()
  const { user, theirs } = await makeUser(place)
  await runOnServer(`alter role ${user} connection limit 0`)
  expect(await startOn(theirs)).toMatch(/has no connection left: .* A node needs 11\.$/)
})

test('no right to make tables, and none to use those of another user', async () => {
  const place = await makePlace()
  const { theirs } = await makeUser(place)
  const refused = /does not let this user use or make tables: /
  expect(await startOn(theirs)).toMatch(refused)
  expect(await startOn(place.url.href)).toBe('started')
  expect(await startOn(theirs)).toMatch(refused)
})

test('text in another encoding than UTF-8', async () => {
  const { name, url } = await makePlace()
  await runOnServer(`drop database ${name}`)
  await runOnServer(
    `create database ${name} template template0 encoding LATIN1 locale_provider libc locale 'C'`,
  )
  expect(await startOn(url.href)).toMatch(
    new RegExp(`keeps text as LATIN1, and ${productName} needs UTF8: .*createdb`),
  )
})

test('TLS required, which the server does not have', async () => {
  const url = new URL(inject('postgresUrl'))
  url.search = '?sslmode=verify-full'
  expect(await startOn(url.href)).toMatch(
    /has no TLS: set ssl = on there, or write sslmode=disable/,
  )
})

test('a synchronous standby that is not there, where the start has something to write', async () => {
  const { name, url } = await makePlace()
  expect(await startOn(url.href, 'off')).toBe('started')
  await runOnServer(`alter database ${name} set synchronous_commit = on`)
  expect(await startOn(url.href)).toMatch(/did not finish in time .* synchronous standby/)
})
