// Entries of the audit log as lines of a file: CSV (RFC 4180) for a spreadsheet, or one JSON a line.

import type { AuditEntry } from '../../contract/audit.ts'
import type { AuditExportFormat } from '../../contract/audit-export.ts'

/** Also the order of the columns. */
const columns: Record<string, (entry: AuditEntry) => string | null | undefined> = {
  at: (entry) => entry.at,
  event: (entry) => entry.event,
  username: (entry) => entry.user?.username,
  user_id: (entry) => entry.user?.id,
  actor: (entry) => entry.actor?.username,
  actor_id: (entry) => entry.actor?.id,
  why: (entry) => entry.why,
  what: (entry) => entry.what,
  address: (entry) => entry.address,
  device: (entry) => entry.device,
  user_agent: (entry) => entry.user_agent,
  session_id: (entry) => entry.session_id,
  client_id: (entry) => entry.client_id,
  id: (entry) => entry.id,
}

/** Each part ends with a line's end; a CSV begins with the names of its columns. */
export async function* writeAuditLines(
  pages: AsyncIterable<readonly AuditEntry[]>,
  format: AuditExportFormat,
): AsyncGenerator<string> {
  if (format === 'csv') yield toCsvLine(Object.keys(columns))
  for await (const entries of pages) {
    const lines = entries.map((entry) =>
      format === 'csv'
        ? toCsvLine(Object.values(columns).map((read) => read(entry) ?? ''))
        : `${JSON.stringify(entry)}\n`,
    )
    if (lines.length > 0) yield lines.join('')
  }
}

function toCsvLine(cells: readonly string[]): string {
  return `${cells.map(toCsvCell).join(',')}\r\n`
}

/**
 * A spreadsheet takes a cell that begins with one of these for a formula, and a stranger chooses
 * what their user agent says: an apostrophe before it makes it a text.
 */
const formulaStart = /^[=+\-@\t\r]/

function toCsvCell(text: string): string {
  const safe = formulaStart.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
