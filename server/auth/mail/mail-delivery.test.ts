// The outbox and its delivery: servers that are down, slow, refuse or put off; nodes that share the work, and die.

import { randomBytes } from 'node:crypto'
import type { SMTPServerOptions } from 'smtp-server'
import { expect, onTestFinished, test } from 'vitest'
import type { Engine } from '../../db/database.ts'
import { createTestPlace, forEachEngine, testPatience } from '../../testing/databases.ts'
import { startSmtpServer } from '../../testing/smtp-server.ts'
import { openTestApp, type TestApp } from '../../testing/test-app.ts'
import { createTestClock } from '../../testing/test-clock.ts'
import { leaseMs } from './outbox.ts'

const notice = {
  kind: 'sign_in_closed',
  to: 'ada@example.com',
  username: 'ada',
  atMs: 0,
  device: null,
  address: null,
} as const

async function startSmtp(options: SMTPServerOptions = {}) {
  const smtp = await startSmtpServer(options)
  onTestFinished(() => smtp.close())
  return smtp
}

const masterKey = randomBytes(32).toString('base64')

/** So many nodes on one database. */
async function startNodes(engine: Engine, mailUrl: string, count = 1) {
  const place = await createTestPlace(engine)
  const clock = createTestClock()
  const env = {
    DATABASE_URL: place.url ?? '',
    MASTER_KEY: masterKey,
    DEMO_ACCOUNTS: 'off',
    MAIL_URL: mailUrl,
    ...(engine === 'sqlite' && { DATA_DIR: place.dataDir }),
  }
  const nodes: TestApp[] = []
  for (let node = 0; node < count; node++) {
    nodes.push(await openTestApp({ env, clock, databasePatience: testPatience }))
  }
  onTestFinished(async () => {
    for (const node of nodes) await node.services.close()
    await place.remove()
  })
  const [{ services }] = nodes as [TestApp]
  const write = (mail: Parameters<typeof services.outbox.write>[0] = notice) =>
    services.database.runAtomically([services.outbox.write(mail, { userId: null })])
  return { services, nodes: nodes.map((node) => node.services), clock, write }
}

/** An answer of an SMTP server. */
const refusal = (responseCode: number, text = 'no') =>
  Object.assign(new Error(text), { responseCode })

forEachEngine((engine) => {
  test('a mail is sent once, as text and HTML, and nothing of it stays', async () => {
    const smtp = await startSmtp()
    const { services, write } = await startNodes(engine, smtp.url)
    await write()
    await expect.poll(() => smtp.mails.length).toBe(1)
    const [mail] = smtp.mails
    expect(mail).toMatchObject({ from: 'no-reply@localhost', to: ['ada@example.com'] })
    expect(mail?.header('auto-submitted')).toBe('auto-generated')
    expect(mail?.header('content-type')).toContain('multipart/alternative')
    expect(mail?.text).toContain('Too many wrong passwords')
    await expect
      .poll(() => services.database.kysely.selectFrom('outbox').selectAll().execute())
      .toEqual([])
    expect(services.mailDelivery?.counts()).toEqual({ sent: 1, postponed: 0, failed: 0 })
  })

  test('of a batch that does not happen no mail is sent', async () => {
    const smtp = await startSmtp()
    const { services, write } = await startNodes(engine, smtp.url)
    const { database, outbox } = services
    const broken = database.kysely
      .insertInto('master_keys')
      .values([1, 2].map(() => ({ key_id: 'twice', newest_from_ms: 0, newest_up_to_ms: null })))
    const batch = database.runAtomically([outbox.write(notice, { userId: null }), broken])
    await expect(batch).rejects.toThrow()
    // Control: what is written after it is sent.
    await write({ ...notice, to: 'control@example.com' })
    await expect.poll(() => smtp.mails.map(({ to }) => to[0])).toEqual(['control@example.com'])
  })

  test('three nodes on one database send each of many mails once', async () => {
    const smtp = await startSmtp()
    const { nodes, services } = await startNodes(engine, smtp.url, 3)
    const addresses = Array.from({ length: 60 }, (_, index) => `user-${index}@example.com`)
    await services.database.runAtomically(
      addresses.map((to) => services.outbox.write({ ...notice, to }, { userId: null })),
    )
    for (const node of nodes) node.mailDelivery?.wake()
    await expect.poll(async () => (await services.outbox.count()).waiting).toBe(0)
    expect(smtp.mails.map(({ to }) => to[0]).sort()).toEqual([...addresses].sort())
  })

  test('a server that is down, puts off, or refuses the sender gets it later; a refused receiver never', async () => {
    const answers: (Error | null)[] = [refusal(451, 'greylisted'), refusal(550, 'who?'), null]
    const smtp = await startSmtp({
      onRcptTo: (_address, _session, callback) => callback(answers.shift() ?? null),
    })
    const { services, clock, write } = await startNodes(engine, smtp.url)
    const failures = async () =>
      (await services.database.kysely.selectFrom('outbox').select('failure').execute()).map(
        ({ failure }) => failure,
      )
    await write()
    await expect.poll(failures).toEqual(['451'])
    clock.advance(14_000)
    services.mailDelivery?.wake()
    clock.advance(2_000)
    services.mailDelivery?.wake()
    await expect
      .poll(() => services.outbox.listFailed(10))
      .toMatchObject([{ failure: '550', attempts: 2 }])
    expect(smtp.mails).toEqual([])
    // Control: another one goes through, and the failed one is not tried again.
    await write()
    await expect.poll(() => smtp.mails.length).toBe(1)
    await expect
      .poll(() => services.database.kysely.selectFrom('outbox').select('sealed').execute())
      .toEqual([{ sealed: null }])
    expect(services.mailDelivery?.counts()).toEqual({ sent: 1, postponed: 1, failed: 1 })
  })

  test('after 24 hours without a server a mail has failed, and is counted', async () => {
    const smtp = await startSmtp()
    await smtp.close()
    const { services, clock, write } = await startNodes(engine, smtp.url)
    await write()
    const attempts = async () =>
      (await services.database.kysely.selectFrom('outbox').select('attempts').executeTakeFirst())
        ?.attempts ?? 0
    await expect.poll(attempts).toBe(1)
    await expect.poll(() => services.mailDelivery?.counts().postponed).toBe(1)
    clock.advance(24 * 60 * 60_000)
    services.mailDelivery?.wake()
    await expect.poll(() => services.outbox.count()).toEqual({ waiting: 0, failed: 1 })
    expect(await services.outbox.listFailed(10)).toMatchObject([
      { kind: 'sign_in_closed', failure: 'ESOCKET' },
    ])
  })

  test('what a node had claimed when it died is sent by another after its lease, and not before', async () => {
    const smtp = await startSmtp()
    const { services, clock } = await startNodes(engine, smtp.url)
    await services.database.kysely
      .insertInto('outbox')
      .values({
        id: 'stranded',
        kind: 'sign_in_closed',
        sealed: null,
        user_id: null,
        created_at_ms: clock.now(),
        due_at_ms: clock.now() + leaseMs,
        expires_at_ms: clock.now() + 86_400_000,
        claim: 'of a node that is gone',
      })
      .execute()
    expect(await services.outbox.claim(10)).toEqual([])
    clock.advance(leaseMs + 1)
    expect(await services.outbox.claim(10)).toMatchObject([{ id: 'stranded', attempts: 1 }])
    expect(await services.outbox.claim(10)).toEqual([])
  })

  test('R66: neither the address nor the link stands in the database as it is', async () => {
    const { services, write } = await startNodes(engine, 'smtp://127.0.0.1:1')
    const token = 'T'.repeat(43)
    await write({ kind: 'reset', to: 'ada@example.com', username: 'ada', token, minutes: 30 })
    const [row] = await services.database.kysely.selectFrom('outbox').selectAll().execute()
    expect(JSON.stringify(row)).not.toMatch(/ada|TTT/)
    expect(row?.sealed?.length).toBeGreaterThan(100)
  })
})

test('an address that would become two, or a header, is refused before anything is sent', async () => {
  const smtp = await startSmtp()
  const { services, write } = await startNodes('sqlite', smtp.url)
  const hostile = [
    'a@example.com, b@example.com',
    'a@example.com\r\nBcc: b@example.com',
    '"x y"@z',
    '',
  ]
  for (const to of hostile) await write({ ...notice, to })
  await expect.poll(() => services.outbox.count()).toEqual({ waiting: 0, failed: hostile.length })
  expect(smtp.mails).toEqual([])
})

test('a name with line breaks and markup becomes neither a header nor markup', async () => {
  const smtp = await startSmtp()
  const { write } = await startNodes('sqlite', smtp.url)
  await write({ ...notice, username: 'eve\r\nBcc: victim@example.com\r\n\r\n<img src=//evil>' })
  await expect.poll(() => smtp.mails.length).toBe(1)
  const [mail] = smtp.mails
  expect(mail?.to).toEqual(['ada@example.com'])
  expect(mail?.header('bcc')).toBe('')
  const [, html = ''] = mail?.raw.split('text/html') ?? []
  expect(html).not.toContain('<img')
  expect(html).toContain('img')
})
