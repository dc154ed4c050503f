// `purge`: does at once, and completely, what servers do once a minute.

import { parseArgs } from 'node:util'
import type { Config } from '../config.ts'
import type { Command } from './command.ts'
import { withProgress } from './terminal/progress.ts'
import { sayUsage } from './terminal/read-words.ts'
import { withServices } from './with-services.ts'

export const purgeCommand: Command = {
  usage: 'purge [--json]',
  summary:
    'Deletes what has expired and is kept no longer. Servers do so by themselves, bit by bit.',
  run: purge,
}

/** What is purged, by its table, in the words of one line. */
const labels = {
  audit_events: 'entries of the audit log',
  sessions: 'sessions that are long over',
  revocations: 'revocations of tokens that have expired',
  throttle_counters: 'counts of failed sign-ins',
  outbox: 'mails that could not be sent',
  mail_links: 'links of mails that have expired',
  signing_keys: 'retired signing keys',
} as const

type Purgeable = keyof typeof labels

async function purge(args: string[], config: Config): Promise<string> {
  const { json } = sayUsage(() =>
    parseArgs({ args, options: { json: { type: 'boolean' } } }),
  ).values
  const purged = await withServices(config, ({ changeFeed }) =>
    withProgress('Rows deleted', changeFeed.purgeAll),
  )
  const tables = Object.keys(labels) as Purgeable[]
  const counts = tables.map((table) => [table, purged[table] ?? 0] as const)
  if (json) return JSON.stringify(Object.fromEntries(counts))
  return counts.map(([table, count]) => `${String(count).padStart(8)}  ${labels[table]}`).join('\n')
}
