// The password grant (RFC 6749 §4.3): the one way in, whichever endpoint the password came through.

import { AppError } from '../../../contract/app-error.ts'
import type { Device } from '../../../contract/device.ts'
import { parseScope } from '../../../contract/scopes.ts'
import { type Client, requireClientScopes, requireGrant } from '../../clients/clients.ts'
import type { SessionTransport } from '../../sessions/session-rows.ts'
import type { PasswordCheck } from '../password-check.ts'
import type { Granted } from './issue-tokens.ts'
import { listAllowedScopes, type StartSession } from './start-session.ts'

export interface PasswordGrantRequest {
  username: string
  password: string
  /** Absent: all scopes of the user's role that the client may have. */
  scope: string | undefined
  client: Client
  transport: SessionTransport
  /** "Keep me signed in", in a browser. False by default. */
  rememberMe?: boolean
  device: Device
}

/**
 * @throws AppError invalid_credentials, invalid_scope, unauthorized_client, unsupported_grant_type,
 *   overloaded
 */
export type PasswordGrant = (request: PasswordGrantRequest) => Promise<Granted>

interface PasswordGrantDeps {
  enabled: boolean
  checkPassword: PasswordCheck
  startSession: StartSession
}

export function createPasswordGrant(deps: PasswordGrantDeps): PasswordGrant {
  const { enabled, checkPassword, startSession } = deps
  return async ({ username, password, scope, client, transport, rememberMe = false, device }) => {
    if (!enabled) {
      throw new AppError('unsupported_grant_type', 'The password grant is switched off here')
    }
    requireGrant(client, 'password')
    // A scope that is unknown, or not the client's, is refused before anything is hashed …
    const requested = scope === undefined ? undefined : parseScope(scope)
    if (requested) requireClientScopes(client, requested)
    const user = await checkPassword({ username, password, device })
    // … and one the user may not have only now: earlier, it would reveal who is an admin.
    const allowed = listAllowedScopes(user, client)
    const scopes = requested ?? allowed
    if (scopes.length === 0) {
      throw new AppError('invalid_scope', 'The client may have no scope that this user has')
    }
    if (!scopes.every((word) => allowed.includes(word))) {
      throw new AppError('invalid_scope', 'scope has a word that this user may not have')
    }
    return startSession({ user, scopes, client, transport, rememberMe, device })
  }
}
