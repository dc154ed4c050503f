// The table a torture ends with: what was measured beside what was promised.

export type Row = readonly [what: string, seen: string, promised: string]

export function printTable(title: string, rows: readonly Row[]): void {
  const head: Row = ['', 'seen', 'promised']
  const widths = [0, 1, 2].map((column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  )
  const format = (row: Row) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`
  console.log([`${title}:`, '', format(head), rule, ...rows.map(format), ''].join('\n'))
}

/** A promise, and whether it was kept. */
export interface Finding {
  what: string
  seen: string
  promised: string
  kept: boolean
}

/**
 * Prints them and says how it went. In a control none may be kept: one that is would be kept
 * whatever happens, and proves nothing.
 */
export function judge(title: string, findings: readonly Finding[], control = false): boolean {
  const rows = findings.map(({ what, seen, promised, kept }): Row => {
    const verdict = kept ? promised : `${promised}: missed`
    return [what, seen, verdict]
  })
  printTable(control ? `${title}, control: all must be missed` : title, rows)
  return findings.every(({ kept }) => kept !== control)
}
