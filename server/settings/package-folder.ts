// Finds Keycard's package folder, from its sources and from the built files.

import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The nearest folder above this file that has a package.json. */
export const packageFolder = findAbove(dirname(fileURLToPath(import.meta.url)))

function findAbove(folder: string): string {
  const parent = dirname(folder)
  if (existsSync(join(folder, 'package.json')) || parent === folder) return folder
  return findAbove(parent)
}
