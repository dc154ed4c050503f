// Reads the decision records and writes their index: docs/decisions/README.md.

import { readdirSync, readFileSync } from 'node:fs'

interface Decision {
  file: string
  /** Of four digits. Keycard's own stay below 1000. */
  number: string
  title: string
  /** As 2026-11-21; undefined where the record has no date and status. */
  date: string | undefined
  status: string | undefined
}

const folder = new URL('../../docs/decisions/', import.meta.url)
export const indexFile = new URL('README.md', folder)

/** In the order of their numbers. */
export function readDecisions(): Decision[] {
  return readdirSync(folder)
    .filter((file) => /^\d{4}-.*\.md$/.test(file))
    .sort()
    .map((file) => readDecision(file, readFileSync(new URL(file, folder), 'utf8')))
}

export function readDecision(file: string, text: string): Decision {
  const [, title = ''] = /^# (.*)$/m.exec(text) ?? []
  const [, date, status] = /^# .*\n\n(\d{4}-\d\d-\d\d) · (.+)\n/.exec(text) ?? []
  return { file, number: file.slice(0, 4), title, date, status }
}

export function writeIndex(decisions: readonly Decision[]): string {
  const rows = decisions.map(
    ({ file, number, title, date = '', status = '' }) =>
      `| [${number}](${file}) | ${title} | ${date} | ${status} |`,
  )
  return `${head}${rows.join('\n')}\n`
}

const head = `# Decisions

Why things are as they are: what was the case, what was decided, and what follows. A record stays as it was
written; a later one that changes it says so, and its status here names that one. Numbers below 1000 are Keycard's;
yours begin at 1000.

A new record begins with its title and one line: the date, and \`accepted\`. Then \`npm run docs\` writes this index.

| | what was decided | when | status |
|---|---|---|---|
`
