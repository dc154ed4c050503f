// What `npm run mine` does to the project: planned first, so that it can be shown, then written.

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Change {
  /** From the project's folder, with slashes. */
  path: string
  /** What happens there, for people. */
  what: string
  /** The whole file; undefined removes the file, or the folder and all in it. */
  text: string | undefined
}

export function applyChanges(folder: string, changes: readonly Change[]): void {
  for (const { path, text } of changes) {
    const file = join(folder, path)
    if (text === undefined) rmSync(file, { recursive: true })
    else writeFileSync(file, text)
  }
}

/** A change of one file; none where it is not there, or says all of it already. */
export function planEdit(
  folder: string,
  path: string,
  what: string,
  edit: (text: string) => string,
): Change[] {
  const file = join(folder, path)
  if (!existsSync(file)) return []
  const before = readFileSync(file, 'utf8')
  const text = edit(before)
  return text === before ? [] : [{ path, what, text }]
}
