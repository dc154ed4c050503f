// The client credentials grant (RFC 6749 §4.4): a machine gets a token in its own name.

import { AppError } from '../../../contract/app-error.ts'
import type { Device } from '../../../contract/device.ts'
import type { TokenResponse } from '../../../contract/oauth.ts'
import { formatScope, isMachineScope, parseScope } from '../../../contract/scopes.ts'
import type { AuditLog } from '../../audit/audit-log.ts'
import {
  type Client,
  type Clients,
  requireClientScopes,
  requireGrant,
} from '../../clients/clients.ts'
import type { AccessTokens } from '../../tokens/access-tokens.ts'

export interface ClientCredentialsGrantRequest {
  /** Absent: everything that the client may have without a user. */
  scope: string | undefined
  /** Its secret has been checked. */
  client: Client
  device: Device
}

/** @throws AppError unauthorized_client, invalid_scope, invalid_client */
export type ClientCredentialsGrant = (
  request: ClientCredentialsGrantRequest,
) => Promise<TokenResponse>

interface ClientCredentialsGrantDeps {
  clients: Pick<Clients, 'requireStillThere'>
  accessTokens: AccessTokens
  auditLog: AuditLog
}

/** There is no session: no one signed in, and §4.4.3 allows no refresh token. */
export function createClientCredentialsGrant({
  clients,
  accessTokens,
  auditLog,
}: ClientCredentialsGrantDeps): ClientCredentialsGrant {
  return async ({ scope, client, device }) => {
    requireGrant(client, 'client_credentials')
    const { registration } = client
    if (!client.isConfidential || registration === null) {
      throw new AppError('unauthorized_client', 'This grant is for clients that have a secret')
    }
    const allowed = client.scopes.filter(isMachineScope)
    const requested = scope === undefined ? undefined : parseScope(scope)
    if (requested) requireClientScopes(client, requested)
    if (requested && !requested.every(isMachineScope)) {
      throw new AppError('invalid_scope', 'scope has a word that only a user can have')
    }
    const scopes = requested ?? allowed
    if (scopes.length === 0) throw new AppError('invalid_scope', 'No scope is left')
    const { token, expiresIn } = await accessTokens.issue({
      kind: 'client',
      clientId: client.id,
      registrationId: registration.id,
      scopes,
    })
    await clients.requireStillThere(client)
    await auditLog.record('client_signed_in', { clientId: client.id, device })
    return {
      access_token: token,
      token_type: 'bearer',
      expires_in: expiresIn,
      scope: formatScope(scopes),
    }
  }
}
