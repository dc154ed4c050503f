// Turns results into words: the terminal's table, and the bench's section of docs/performance.md.

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Bench, BenchResult, Goal, Table } from './bench.ts'
import { drawChart } from './chart.ts'
import { findPython } from './contestants.ts'

const docs = fileURLToPath(new URL('../../docs/', import.meta.url))

export function formatResult({ tables, goals, notes }: BenchResult): string {
  return [...tables, ...(goals.length > 0 ? [toTable(goals)] : [])]
    .map(formatTable)
    .concat(notes)
    .join('\n\n')
}

/** Puts the section between its two marks; the rest of the page is written by hand. */
export function writeSection({ name, title }: Bench, result: BenchResult, isQuick: boolean): void {
  const file = `${docs}performance.md`
  const page = readFileSync(file, 'utf8')
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`]
  const [before, rest] = split(page, begin)
  const [, after] = split(rest, end)
  const section = [
    `## ${title}`,
    ...(result.chart ? [formatPicture(name, result.chart.title)] : []),
    formatResult(result),
    describeConditions(isQuick),
  ]
  writeFileSync(file, [before + begin, ...section, end + after].join('\n\n'))
  if (!result.chart) return
  for (const scheme of ['light', 'dark'] as const) {
    writeFileSync(`${docs}pictures/${pictureOf(name, scheme)}`, drawChart(result.chart, scheme))
  }
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark)
  if (at < 0) throw new Error(`docs/performance.md has no ${mark}`)
  return [text.slice(0, at), text.slice(at + mark.length)]
}

function toTable(goals: readonly Goal[]): Table {
  const verdicts = new Map([
    [true, 'reached'],
    [false, 'missed'],
    [undefined, 'not measured'],
  ])
  return {
    head: ['', 'seen', 'goal', ''],
    rows: goals.map(({ what, seen, goal, reached }) => [
      what,
      reached === undefined ? '–' : seen,
      goal,
      verdicts.get(reached) ?? '',
    ]),
  }
}

function formatTable({ head, rows }: Table): string {
  const widths = head.map((_, column) =>
    Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  )
  const formatRow = (row: readonly string[]) =>
    `| ${widths.map((width, column) => (row[column] ?? '').padEnd(width)).join(' | ')} |`
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`
  return [formatRow(head), rule, ...rows.map(formatRow)].join('\n')
}

function formatPicture(name: string, title: string): string {
  return [
    '<picture>',
    `  <source media="(prefers-color-scheme: dark)" srcset="pictures/${pictureOf(name, 'dark')}">`,
    `  <img alt="${title}" src="pictures/${pictureOf(name, 'light')}">`,
    '</picture>',
  ].join('\n')
}

function pictureOf(name: string, scheme: 'light' | 'dark'): string {
  return `bench-${name}-${scheme}.svg`
}

/** The machine and the versions, without which no number means anything. */
function describeConditions(isQuick: boolean): string {
  const [cpu] = os.cpus()
  const facts = [
    `${os.availableParallelism()} cores of ${cpu?.model ?? 'an unknown processor'}`,
    // Without the name that the builder gave the kernel.
    `${os.type()} ${os.release().split('-', 1)[0]}`,
    `Node ${process.versions.node}`,
    ...readFastapiVersion(),
    new Date().toISOString().slice(0, 10),
  ]
  return `*${facts.join(', ')}${isQuick ? '; a quick run' : ''}.*`
}

const fastapiVersion =
  'import fastapi, uvicorn, sys; print(f"Python {sys.version.split()[0]}, FastAPI {fastapi.__version__}, uvicorn {uvicorn.__version__}")'

function readFastapiVersion(): string[] {
  const python = findPython()
  if (python === undefined) return []
  return [execFileSync(python, ['-c', fastapiVersion], { encoding: 'utf8' }).trim()]
}
