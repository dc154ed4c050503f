// The refresh grant (RFC 6749 §6): the session's token is traded for its successor.

import type { Device } from '../../../contract/device.ts'
import { parseScope, scopesOfRole } from '../../../contract/scopes.ts'
import { type Client, type Clients, requireGrant } from '../../clients/clients.ts'
import { refuseRefresh, refuseScope } from '../../sessions/refresh-refusals.ts'
import type { Session, SessionTransport } from '../../sessions/session-rows.ts'
import type { Sessions } from '../../sessions/sessions.ts'
import type { AccessTokens } from '../../tokens/access-tokens.ts'
import type { Users } from '../../users/users.ts'
import { type Granted, issueTokens } from './issue-tokens.ts'

export interface RefreshTokenGrantRequest {
  refreshToken: string
  /** Absent: what the session was granted. Never more than that (R15). */
  scope: string | undefined
  client: Client
  transport: SessionTransport
  device: Device
}

/** @throws AppError invalid_grant, invalid_scope, unauthorized_client, invalid_client */
export type RefreshTokenGrant = (request: RefreshTokenGrantRequest) => Promise<Granted>

interface RefreshTokenGrantDeps {
  users: Users
  clients: Pick<Clients, 'requireStillThere'>
  sessions: Sessions
  accessTokens: AccessTokens
}

export function createRefreshTokenGrant(deps: RefreshTokenGrantDeps): RefreshTokenGrant {
  const { users, clients, sessions } = deps
  return async ({ refreshToken, scope, client, transport, device }) => {
    requireGrant(client, 'refresh_token')
    const requested = scope === undefined ? undefined : parseScope(scope)
    const started = await sessions.rotate(refreshToken, {
      clientId: client.id,
      transport,
      scopes: requested,
      device,
    })
    await clients.requireStillThere(client)
    if (!isOfRegistration(started.session, client)) throw refuseRefresh('of an earlier client')
    const user = await users.findById(started.session.userId)
    if (!user || user.disabled) throw refuseRefresh('user disabled or gone')
    // Role and client may have changed since sign-in: only what both still allow is left (R63).
    const allowed = started.session.scopes.filter(
      (word) => scopesOfRole[user.role].includes(word) && client.scopes.includes(word),
    )
    if (allowed.length === 0) throw refuseRefresh('no scope is left')
    const scopes = requested ?? allowed
    if (!scopes.every((word) => allowed.includes(word))) throw refuseScope()
    return issueTokens(deps, started, { user, scopes, client })
  }
}

/**
 * A client that was removed and added again is another one. A session without a registration was
 * begun by a server of the previous version, beside this one.
 */
function isOfRegistration(
  { registrationId, createdAtMs }: Session,
  { registration }: Client,
): boolean {
  if (registration === null) return true
  if (registrationId === null) return createdAtMs >= registration.createdAtMs
  return registrationId === registration.id
}
