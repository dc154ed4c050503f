// Keycard's own version and licence, as package.json has them.

import packageFile from '../../package.json' with { type: 'json' }

interface PackageFacts {
  version: string
  /** An SPDX identifier; an app built on Keycard may have none. */
  license?: string
}

export const { version: packageVersion, license: packageLicense }: PackageFacts = packageFile
