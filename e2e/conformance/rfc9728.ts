// RFC 9728, OAuth 2.0 Protected Resource Metadata.

import { expectList, expectThat } from './expect.ts'
import { listDocumentRequirements, readDocument } from './metadata-document.ts'
import type { Chapter } from './requirement.ts'
import { paths, type Target } from './target.ts'

export const rfc9728: Chapter = {
  source: 'RFC 9728',
  title: 'Protected Resource Metadata',
  requirements: [
    ...listDocumentRequirements(paths.resourceMetadata, 'resource'),
    {
      clause: '§2',
      sentence: 'authorization_servers names the server that gives the tokens',
      async run(target) {
        const servers = expectList(await readMetadata(target), 'authorization_servers')
        expectThat(servers.includes(target.issuer), `it does not name ${target.issuer}`)
      },
    },
    {
      clause: '§2',
      sentence: 'bearer_methods_supported says that the header alone is read',
      async run(target) {
        const methods = expectList(await readMetadata(target), 'bearer_methods_supported')
        expectThat(methods.join() === 'header', `it says ${JSON.stringify(methods)}`)
      },
    },
  ],
}

function readMetadata(target: Target): Promise<Record<string, unknown>> {
  return readDocument(target, paths.resourceMetadata)
}
