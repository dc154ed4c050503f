// RFC 9728, OAuth 2.0 Protected Resource Metadata.

import {
  expectHeader,
  expectJson,
  expectList,
  expectMember,
  expectStatus,
  expectText,
  expectThat,
} from './expect.ts'
import type { Chapter } from './requirement.ts'
import { paths, type Target } from './target.ts'

export const rfc9728: Chapter = {
  source: 'RFC 9728',
  title: 'Protected Resource Metadata',
  requirements: [
    {
      clause: '§3.2',
      sentence: 'The metadata are 200 and application/json',
      async run(target) {
        const answer = await target.document(paths.resourceMetadata)
        expectStatus(answer, 200)
        expectHeader(answer, 'content-type', /^application\/json\b/)
        expectText(expectJson(answer), 'resource')
      },
    },
    {
      clause: '§3.3',
      sentence: 'resource is the very address the metadata were asked at',
      run: async (target) =>
        expectMember(await target.document(paths.resourceMetadata), 'resource', target.issuer),
    },
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

async function readMetadata(target: Target): Promise<Record<string, unknown>> {
  return expectJson(await target.document(paths.resourceMetadata))
}
