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
