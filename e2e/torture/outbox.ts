// Keycard killed again and again while it sends mail: none is lost, and none comes twice but in the stated window.

import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { readConfig } from '../../server/config.ts'
import { type AllServices, createServices } from '../../server/services.ts'
import { startSmtpServer } from '../../server/testing/smtp-server.ts'
import { startServer } from '../support/keycard-process.ts'
import { readArguments } from './arguments.ts'
import { killServer } from './nodes.ts'
import { judge } from './table.ts'

const mailsPerRound = 20

/** `args`: how often it is killed, 100 by default. Control: mail is deleted before it is sent. */
export async function tortureOutbox(args: readonly string[]): Promise<boolean> {
  const { count: rounds, control } = readArguments(args, 100)
  const counts = await killWhileSending(rounds, { control })
  return judge(
    `${rounds} × kill -9 while mail is sent, ${counts.written} mails`,
    [
      { what: 'lost', seen: String(counts.lost), promised: '0', kept: counts.lost === 0 },
      {
        what: 'sent again, of those that the mail server had taken and Keycard had not noted',
        seen: `${counts.duplicates} of ${counts.inWindow}`,
        promised: 'no others',
        kept: control ? counts.duplicates > 0 : counts.duplicates <= counts.inWindow,
      },
    ],
    control,
  )
}

interface Counts {
  written: number
  lost: number
  duplicates: number
  /** Taken by the mail server, and still in the outbox when the process was killed. */
  inWindow: number
}

export async function killWhileSending(
  rounds: number,
  { control = false }: { control?: boolean } = {},
): Promise<Counts> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keycard-outbox-'))
  const smtp = await startSmtpServer()
  const env = {
    DATA_DIR: dataDir,
    MASTER_KEY: randomBytes(32).toString('base64'),
    MAIL_URL: smtp.url,
    DEMO_ACCOUNTS: 'off',
    LOG_LEVEL: 'silent',
  }
  const services = await createServices(readConfig(env), { serving: false })
  const written: string[] = []
  let inWindow = 0
  try {
    for (let round = 0; round < rounds; round++) {
      written.push(...(await writeMails(services, round)))
      const server = await startServer(env)
      const before = smtp.mails.length
      await waitUntil(() => smtp.mails.length > before)
      await sleep(Math.random() * 30)
      await killServer(server)
      inWindow += await countInWindow(services, smtp.mails.length - before)
      // A mark before the sending would lose what it was sending just then.
      if (control) await dropClaimed(services)
      await endLeases(services)
    }
    const last = await startServer(env)
    await waitUntil(async () => (await services.outbox.count()).waiting === 0)
    await killServer(last)
    const received = smtp.mails.map(({ to }) => to[0] ?? '')
    return {
      written: written.length,
      lost: written.filter((address) => !received.includes(address)).length,
      duplicates: received.length - new Set(received).size,
      inWindow,
    }
  } finally {
    await services.close()
    await smtp.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

async function writeMails({ database, outbox }: AllServices, round: number): Promise<string[]> {
  const addresses = Array.from(
    { length: mailsPerRound },
    (_, index) => `user-${round}-${index}@example.com`,
  )
  const notice = { username: 'ada', atMs: 0, device: null, address: null }
  await database.runAtomically(
    addresses.map((to) =>
      outbox.write({ kind: 'sign_in_closed', to, ...notice }, { userId: null }),
    ),
  )
  return addresses
}

/** Of the claimed rows, as many as the mail server may have taken. */
async function countInWindow({ database }: AllServices, taken: number): Promise<number> {
  const { claimed } = await database.kysely
    .selectFrom('outbox')
    .select(({ fn }) => fn.count('claim').as('claimed'))
    .executeTakeFirstOrThrow()
  return Math.min(Number(claimed), taken)
}

async function dropClaimed({ database }: AllServices): Promise<void> {
  await database.kysely.deleteFrom('outbox').where('claim', 'is not', null).execute()
}

/** As if the three minutes were over. */
async function endLeases({ database }: AllServices): Promise<void> {
  await database.kysely.updateTable('outbox').set({ due_at_ms: 0 }).execute()
}

async function waitUntil(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await sleep(5)
}
