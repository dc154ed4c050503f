// Takes the example feature out of the project, as docs/building.md says under "Remove items".

import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Change, planEdit } from './changes.ts'

const floors = ['server/contract', 'server/db', 'server', 'server/trpc', 'client/pages', 'e2e']
const lists = [
  ...['contract', 'db', 'services', 'trpc'].map((floor) => `server/${floor}/features.ts`),
  'client/routes.tsx',
]

/** Nothing where they are gone already. */
export function planRemoval(folder: string): Change[] {
  const folders = floors
    .map((floor) => `${floor}/items`)
    .filter((path) => existsSync(join(folder, path)))
  return [
    ...folders.map((path) => ({ path, what: 'is deleted', text: undefined })),
    ...lists.flatMap((path) => planEdit(folder, path, 'loses the line of items', withoutItems)),
    ...listLanguages(folder).flatMap((path) =>
      planEdit(folder, path, 'loses the texts of items', withoutTexts),
    ),
    ...planEdit(folder, 'server/contract/pages.ts', "has '/account' as its homePath", (text) =>
      text.replace(/^(export const homePath\b.*) = '\/items'$/m, "$1 = '/account'"),
    ),
  ]
}

function listLanguages(folder: string): string[] {
  const languages = 'client/languages'
  return existsSync(join(folder, languages))
    ? readdirSync(join(folder, languages)).map((name) => `${languages}/${name}`)
    : []
}

/** A translation of a text that is not there would fail `npm run check`. */
function withoutTexts(text: string): string {
  const { items: _, itemsStrings: __, ...others } = JSON.parse(text)
  return `${JSON.stringify(others, null, 2)}\n`
}

function withoutItems(text: string): string {
  const lines = text.split('\n')
  return lines.filter((line) => !/^( {2}|export .*)\b.*items\b.*/.test(line)).join('\n')
}
