// Keycard's own version and licence, as package.json has them.

import { readFileSync } from 'node:fs'

/** The same file from here in the sources and from the compiled twin in dist/server/http. */
const packageFile = new URL(
  import.meta.url.endsWith('.ts') ? '../../package.json' : '../../../package.json',
  import.meta.url,
)

interface PackageFacts {
  version: string
  /** An SPDX identifier; some that are built on this have none. */
  license?: string
}

export const { version: packageVersion, license: packageLicense }: PackageFacts = JSON.parse(
  readFileSync(packageFile, 'utf8'),
)
