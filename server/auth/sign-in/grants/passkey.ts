// Signing in with a passkey: no name is typed, and no password is checked.

import type { Device } from '../../../contract/device.ts'
import type { PasskeyAssertion } from '../../../contract/webauthn.ts'
import type { Client } from '../../clients/clients.ts'
import type { PasskeyCheck } from '../../passkeys/passkey-check.ts'
import type { SessionTransport } from '../../sessions/session-rows.ts'
import type { Granted } from './issue-tokens.ts'
import { listAllowedScopes, type StartSession } from './start-session.ts'

export interface PasskeyGrantRequest {
  response: PasskeyAssertion
  client: Client
  transport: SessionTransport
  rememberMe: boolean
  device: Device
}

/** @throws AppError unknown_passkey, invalid_credentials */
export type PasskeyGrant = (request: PasskeyGrantRequest) => Promise<Granted>

export function createPasskeyGrant(deps: {
  passkeyCheck: PasskeyCheck
  startSession: StartSession
}): PasskeyGrant {
  return async ({ response, client, transport, rememberMe, device }) => {
    const user = await deps.passkeyCheck.check({ response, device })
    const scopes = listAllowedScopes(user, client)
    const request = { user, scopes, client, transport, rememberMe, device }
    return deps.startSession({ ...request, method: 'passkey' })
  }
}
