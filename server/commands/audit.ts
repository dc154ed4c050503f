// `audit`: the audit log, to read, or as CSV or JSON to pipe on.

import { parseArgs } from 'node:util'
import type { Config } from '../config.ts'
import { type AuditEntry, auditFilterSchema } from '../contract/audit.ts'
import { auditExportFormats } from '../contract/audit-export.ts'
import { createServices } from '../services.ts'
import type { Command } from './command.ts'
import { operator } from './operator.ts'
import { checkOptions } from './terminal/check-options.ts'
import { sayUsage } from './terminal/read-words.ts'
import { UsageError } from './terminal/usage-error.ts'

export const auditCommand: Command = {
  usage: 'audit [<filter> ...] [--csv | --ndjson]',
  summary:
    'What happened in every account, newest first, as a table or as a file. Filters: --user <name ' +
    'or id>, --event <event>, --address <ip>, --since <time>, --until <time>; a time such as ' +
    '2026-01-31T12:00:00Z.',
  run: audit,
}

async function* audit(args: string[], config: Config): AsyncGenerator<string> {
  const { csv, ndjson, ...words } = sayUsage(
    () =>
      parseArgs({
        args,
        options: {
          user: { type: 'string' },
          event: { type: 'string' },
          address: { type: 'string' },
          since: { type: 'string' },
          until: { type: 'string' },
          csv: { type: 'boolean', default: false },
          ndjson: { type: 'boolean', default: false },
        },
      }).values,
  )
  if (csv && ndjson) throw new UsageError('Either --csv or --ndjson, not both')
  const filter = checkOptions(auditFilterSchema, words)
  const services = await createServices(config, { serving: false })
  try {
    const format = auditExportFormats.find((name) => (name === 'csv' ? csv : ndjson))
    if (format) yield* (await services.exportAuditLog(format, filter, operator)).text
    else yield* toTable(services.auditReader.everything(filter))
  } finally {
    await services.close()
  }
}

const heading = 'when (UTC)           event                   who                   address\n'

/** What strangers chose comes last: however long it is, the columns before it stay aligned. */
async function* toTable(pages: AsyncIterable<readonly AuditEntry[]>): AsyncGenerator<string> {
  let isEmpty = true
  for await (const entries of pages) {
    if (entries.length === 0) continue
    yield `${isEmpty ? heading : ''}${entries.map(toLine).join('')}`
    isEmpty = false
  }
  if (isEmpty) yield 'Nothing found.\n'
}

function toLine({ at, event, user, actor, address, why, what }: AuditEntry): string {
  const about = user === null ? '–' : (user.username ?? user.id)
  const by = actor && actor.id !== user?.id ? ` by ${actor.username ?? actor.id}` : ''
  const columns = [
    at.slice(0, 19).replace('T', ' '),
    event.padEnd(22),
    `${about}${by}`.padEnd(20),
    (address ?? '–').padEnd(15),
    [why, what].filter((word) => word !== null).join(', '),
  ]
  return `${columns.join('  ').trimEnd()}\n`
}
