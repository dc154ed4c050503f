// RFC 8414, OAuth 2.0 Authorization Server Metadata.

import { expectJson, expectList, expectText, expectThat } from './expect.ts'
import { listDocumentRequirements, readDocument } from './metadata-document.ts'
import { metadataPath } from './profiles.ts'
import { type Chapter, NotOffered } from './requirement.ts'
import type { Target } from './target.ts'

export const rfc8414: Chapter = {
  source: 'RFC 8414',
  title: 'Authorization Server Metadata',
  requirements: [
    ...listDocumentRequirements(metadataPath, 'issuer'),
    {
      clause: '§2',
      sentence: 'token_endpoint is where tokens are issued',
      async run(target) {
        const endpoint = expectText(await readMetadata(target), 'token_endpoint')
        expectThat(
          URL.canParse(endpoint) && new URL(endpoint).pathname === target.paths.token,
          `token_endpoint is ${JSON.stringify(endpoint.slice(0, 100))}`,
        )
      },
    },
    {
      clause: '§2',
      sentence: 'response_types_supported is present',
      run: async (target) => {
        expectList(await readMetadata(target), 'response_types_supported')
      },
    },
    {
      clause: '§2',
      sentence: 'The grants are stated: left out, they would mean the authorization code',
      async run(target) {
        const grants = expectList(await readMetadata(target), 'grant_types_supported')
        const given = ['password']
        if ((await target.session()).refreshToken !== undefined) given.push('refresh_token')
        for (const grant of given) {
          expectThat(grants.includes(grant), `grant_types_supported has no ${grant}`)
        }
      },
    },
    {
      clause: '§2',
      sentence: 'Every grant that is stated is supported at the token endpoint',
      async run(target) {
        for (const grant of expectList(await readMetadata(target), 'grant_types_supported')) {
          // About the browser's redirect, not the token endpoint.
          if (grant === 'implicit') continue
          const { json } = await target.askForToken({ grant_type: grant, ...target.clientFields })
          expectThat(json?.error !== 'unsupported_grant_type', `${grant} is not`)
        }
      },
    },
    {
      clause: '§2',
      sentence: 'Public clients are stated: left out, it would mean client_secret_basic only',
      async run(target) {
        if (target.options.client?.secret !== undefined) throw new NotOffered('no client is public')
        const name = 'token_endpoint_auth_methods_supported'
        const methods = expectList(await readMetadata(target), name)
        expectThat(methods.includes('none'), `${name} has no "none"`)
      },
    },
    {
      clause: '§2',
      sentence: 'The scopes that are given are stated',
      async run(target) {
        const metadata = await readMetadata(target)
        if (metadata.scopes_supported === undefined) throw new NotOffered('no scopes are stated')
        const scopes = expectList(metadata, 'scopes_supported')
        const { scope } = expectJson(await target.signInAnswer())
        if (typeof scope !== 'string') throw new NotOffered('the answer says no scope')
        const missing = scope.split(' ').filter((given) => !scopes.includes(given))
        expectThat(missing.length === 0, `scopes_supported has no ${missing.join(', ')}`)
      },
    },
    {
      clause: '§2',
      sentence: 'The endpoints that the grants need are stated',
      async run(target) {
        const metadata = await readMetadata(target)
        const grants = expectList(metadata, 'grant_types_supported')
        for (const [grant, endpoint] of Object.entries(neededEndpoints)) {
          if (!grants.includes(grant)) continue
          expectThat(metadata[endpoint] !== undefined, `${grant} is stated without ${endpoint}`)
        }
      },
    },
    {
      clause: '§2',
      sentence: 'Every endpoint that is stated exists',
      async run(target) {
        const addresses = Object.entries(await readMetadata(target)).filter(([name]) =>
          /_(endpoint|uri)$/.test(name),
        )
        for (const [name, address] of addresses) {
          expectThat(typeof address === 'string' && URL.canParse(address), `${name} is no address`)
          const { origin, pathname } = new URL(address)
          // This server does not answer for what another server says.
          if (origin !== target.issuer) continue
          expectThat(await isThere(target, pathname), `${name} leads to 404`)
        }
      },
    },
  ],
}

/** RFC 8414 §2 and RFC 8628 §4. */
const neededEndpoints = {
  authorization_code: 'authorization_endpoint',
  implicit: 'authorization_endpoint',
  'urn:ietf:params:oauth:grant-type:device_code': 'device_authorization_endpoint',
}

/** By one method or the other: an endpoint that is called with the wrong method may answer 404. */
async function isThere(target: Target, path: string): Promise<boolean> {
  if ((await target.post(path, '')).status !== 404) return true
  return (await target.send(path)).status !== 404
}

function readMetadata(target: Target): Promise<Record<string, unknown>> {
  return readDocument(target, metadataPath)
}
