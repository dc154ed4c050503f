// RFC 9728, OAuth 2.0 Protected Resource Metadata.

import { expectList, expectThat } from './expect.ts'
import { listDocumentRequirements, readDocument } from './metadata-document.ts'
import { resourceMetadataPath } from './profiles.ts'
import { type Chapter, NotOffered } from './requirement.ts'
import type { Target } from './target.ts'

export const rfc9728: Chapter = {
  source: 'RFC 9728',
  title: 'Protected Resource Metadata',
  requirements: [
    ...listDocumentRequirements(resourceMetadataPath, 'resource'),
    {
      clause: '§2',
      sentence:
        'authorization_servers, where it is stated, names the server that issues the tokens',
      async run(target) {
        const metadata = await readMetadata(target)
        if (metadata.authorization_servers === undefined) {
          throw new NotOffered('the metadata have no authorization_servers')
        }
        const servers = expectList(await readMetadata(target), 'authorization_servers')
        expectThat(servers.includes(target.issuer), `it does not name ${target.issuer}`)
      },
    },
    {
      clause: '§2',
      sentence: 'bearer_methods_supported, where it is stated, has the header, which is read',
      async run(target) {
        const metadata = await readMetadata(target)
        if (metadata.bearer_methods_supported === undefined) {
          throw new NotOffered('the metadata have no bearer_methods_supported')
        }
        const methods = expectList(metadata, 'bearer_methods_supported')
        expectThat(methods.includes('header'), `it says ${JSON.stringify(methods)}`)
      },
    },
  ],
}

function readMetadata(target: Target): Promise<Record<string, unknown>> {
  return readDocument(target, resourceMetadataPath)
}
