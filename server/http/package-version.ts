// Keycard's own version, as package.json has it.

import { readFileSync } from 'node:fs'

/** The same file from here in the sources and from the compiled twin in dist/server/http. */
const packageFile = new URL(
  import.meta.url.endsWith('.ts') ? '../../package.json' : '../../../package.json',
  import.meta.url,
)

export const packageVersion: string = JSON.parse(readFileSync(packageFile, 'utf8')).version
