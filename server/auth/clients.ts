// The OAuth clients: who may ask for tokens, and by which grants.

import { AppError } from '../contract/app-error.ts'
import { builtInClientIds } from '../contract/oauth.ts'
import { allScopes, type Scope } from '../contract/scopes.ts'

export const grantTypes = ['password', 'refresh_token'] as const
export type GrantType = (typeof grantTypes)[number]

export interface Client {
  id: string
  /** It has a secret, and has shown it (RFC 6749 §2.1). */
  isConfidential: boolean
  /** Ours: only these may ask people for their passwords (R20). */
  isFirstParty: boolean
  grants: readonly GrantType[]
  /** What it may ask for, whoever the user is. */
  scopes: readonly Scope[]
}

export interface ClientCredentials {
  clientId: string | undefined
  clientSecret: string | undefined
}

export interface Clients {
  /** The client of our own pages, taken where none is named. */
  readonly web: Client
  /** @throws AppError invalid_client where it is unknown or its secret is wrong (RFC 6749 §5.2) */
  authenticate(credentials: ClientCredentials): Promise<Client>
}

/** Public clients: they have no secret, so any that is sent is wrong. */
function describeBuiltIn(id: string): Client {
  return { id, isConfidential: false, isFirstParty: true, grants: grantTypes, scopes: allScopes }
}

export function createClients(): Clients {
  const web = describeBuiltIn(builtInClientIds.web)
  const builtIn = new Map([web, describeBuiltIn(builtInClientIds.cli)].map((it) => [it.id, it]))
  return {
    web,
    async authenticate({ clientId = web.id, clientSecret }) {
      const client = builtIn.get(clientId)
      if (!client) throw new AppError('invalid_client', 'The client is not known here')
      if (clientSecret !== undefined) {
        throw new AppError('invalid_client', 'The client is public and has no secret to send')
      }
      return client
    },
  }
}

/** @throws AppError unauthorized_client (RFC 6749 §5.2) */
export function requireGrant(client: Client, grant: GrantType): void {
  if (client.grants.includes(grant)) return
  throw new AppError('unauthorized_client', `The client may not use the ${grant} grant`)
}
