// Keycard's own version and licence, as package.json has them.

import packageFile from '../../../package.json' with { type: 'json' }

interface PackageFacts {
  version: string
  /** An SPDX identifier; some that are built on this have none. */
  license?: string
}

export const { version: packageVersion, license: packageLicense }: PackageFacts = packageFile
