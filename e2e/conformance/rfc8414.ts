// RFC 8414, OAuth 2.0 Authorization Server Metadata.

import { expectJson, expectList, expectText, expectThat } from './expect.ts'
import { listDocumentRequirements, readDocument } from './metadata-document.ts'
import { type Chapter, NotOffered } from './requirement.ts'
import { paths, type Target } from './target.ts'

export const rfc8414: Chapter = {
  source: 'RFC 8414',
  title: 'Authorization Server Metadata',
  requirements: [
    ...listDocumentRequirements(paths.metadata, 'issuer'),
    {
      clause: '§2',
      sentence: 'token_endpoint is where tokens are given',
      async run(target) {
        const endpoint = expectText(await readMetadata(target), 'token_endpoint')
        expectThat(
          URL.canParse(endpoint) && new URL(endpoint).pathname === paths.token,
          `token_endpoint is ${JSON.stringify(endpoint.slice(0, 100))}`,
        )
      },
    },
    {
      clause: '§2',
      sentence: 'response_types_supported is there',
      run: async (target) => {
        expectList(await readMetadata(target), 'response_types_supported')
      },
    },
    {
      clause: '§2',
      sentence: 'The grants are stated: left out, they would mean the authorization code',
      async run(target) {
        const grants = expectList(await readMetadata(target), 'grant_types_supported')
        for (const grant of ['password', 'refresh_token']) {
          expectThat(grants.includes(grant), `grant_types_supported has no ${grant}`)
        }
      },
    },
    {
      clause: '§2',
      sentence: 'Public clients are stated: left out, it would mean client_secret_basic only',
      async run(target) {
        const name = 'token_endpoint_auth_methods_supported'
        const methods = expectList(await readMetadata(target), name)
        expectThat(methods.includes('none'), `${name} has no "none"`)
      },
    },
    {
      clause: '§2',
      sentence: 'The scopes that are stated are scopes that are given',
      async run(target) {
        const scopes = expectList(await readMetadata(target), 'scopes_supported')
        const given = expectText(expectJson(await target.signInAnswer()), 'scope').split(' ')
        const missing = given.filter((scope) => !scopes.includes(scope))
        expectThat(missing.length === 0, `scopes_supported has no ${missing.join(', ')}`)
      },
    },
    ...['revocation_endpoint', 'introspection_endpoint', 'jwks_uri'].map((name) => ({
      clause: '§2',
      sentence: `${name}, where it is stated, is there`,
      async run(target: Target) {
        const address = (await readMetadata(target))[name]
        if (address === undefined) throw new NotOffered(`the metadata have no ${name}`)
        expectThat(typeof address === 'string' && URL.canParse(address), `${name} is no address`)
        const { pathname } = new URL(address)
        const answer = await (name === 'jwks_uri'
          ? target.send(pathname)
          : target.post(pathname, ''))
        expectThat(answer.status !== 404, `${name} leads to 404`)
        expectThat(answer.status < 500, `${name} leads to ${answer.status}`)
      },
    })),
  ],
}

function readMetadata(target: Target): Promise<Record<string, unknown>> {
  return readDocument(target, paths.metadata)
}
