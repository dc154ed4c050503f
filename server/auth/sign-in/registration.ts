// Registration: a person makes an account of their own, and is signed in with it.

import { AppError } from '../../contract/app-error.ts'
import type { Device } from '../../contract/device.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { Client } from '../clients/clients.ts'
import { addressPoolOf } from '../devices/address-pool.ts'
import type { SessionTransport } from '../sessions/session-rows.ts'
import type { LoginThrottle } from '../throttle/login-throttle.ts'
import type { Accounts } from '../users/accounts.ts'
import type { Granted } from './grants/issue-tokens.ts'
import { listAllowedScopes, type StartSession } from './grants/start-session.ts'

export interface RegistrationRequest {
  username: string
  password: string
  email: string | null
  fullName: string | null
  client: Client
  transport: SessionTransport
  device: Device
}

/**
 * That a name is taken has to be revealed, so that a person can choose another (R111). It is
 * revealed last, to a request that would have made the account. A caller that asks for names in
 * bulk pays a hash for each, leaves an account behind for each free one, and is throttled by
 * address.
 * @throws AppError registration_closed; invalid_input or conflict, naming the fields;
 *   too_many_requests, overloaded
 */
export type Registration = (request: RegistrationRequest) => Promise<Granted>

interface RegistrationDeps {
  enabled: boolean
  accounts: Accounts
  loginThrottle: Pick<LoginThrottle, 'reserveRegistration'>
  startSession: StartSession
  auditLog: AuditLog
}

export function createRegistration(deps: RegistrationDeps): Registration {
  const { enabled, accounts, loginThrottle, startSession, auditLog } = deps
  return async ({ username, password, email, fullName, client, transport, device }) => {
    if (!enabled) {
      throw new AppError('registration_closed', 'Registration is switched off here')
    }
    await loginThrottle.reserveRegistration(device)
    const user = await accounts.create(
      { username, password, email, fullName },
      (userId) => [auditLog.entry('registered', { userId, clientId: client.id, device })],
      { pool: addressPoolOf(device.address) },
    )
    const scopes = listAllowedScopes(user, client)
    return startSession({ user, scopes, client, transport, device })
  }
}
