// The password grant (RFC 6749 §4.3): the one way in, whichever door the password came through.

import { AppError } from '../../contract/app-error.ts'
import type { Device } from '../../contract/device.ts'
import { parseScope, scopesOfRole } from '../../contract/scopes.ts'
import type { AccessTokens } from '../access-tokens.ts'
import type { AuthLog } from '../auth-log.ts'
import { type Client, requireClientScopes, requireGrant } from '../clients.ts'
import type { Passwords, PasswordVerdict } from '../passwords.ts'
import type { SessionDoor, Sessions } from '../sessions.ts'
import type { UserRecord, Users } from '../users.ts'
import { type IssuedTokens, issueTokens } from './issue-tokens.ts'

export interface PasswordGrantRequest {
  username: string
  password: string
  /** Absent: all scopes of the user's role that the client may have. */
  scope: string | undefined
  client: Client
  door: SessionDoor
  device: Device
}

/** @throws AppError invalid_credentials, invalid_scope, unauthorized_client, unsupported_grant_type, overloaded */
export type PasswordGrant = (request: PasswordGrantRequest) => Promise<IssuedTokens>

type Credentials = Pick<PasswordGrantRequest, 'username' | 'password' | 'device'>

interface PasswordGrantParts {
  enabled: boolean
  users: Users
  passwords: Passwords
  sessions: Sessions
  accessTokens: AccessTokens
  authLog: AuthLog
}

export function createPasswordGrant(parts: PasswordGrantParts): PasswordGrant {
  const { enabled, users, passwords, sessions, accessTokens, authLog } = parts

  /** Hashing costs the same whether there is such a user or not (R110). */
  async function authenticate(request: Credentials): Promise<UserRecord> {
    const { username, password, device } = request
    const user = await users.findByLogin(username)
    const verdict = await passwords.verify(password, user?.password)
    if (!user || !verdict.ok || user.disabled) {
      const why = reasonToRefuse(user, verdict)
      authLog.record('sign_in_refused', { userId: user?.id ?? null, why, ...device })
      throw new AppError('invalid_credentials', 'Incorrect username or password', { detail: why })
    }
    if (verdict.rehash) await upgradeHash(user, password)
    return user
  }

  /** May wait for another sign-in: who has the right password is let in, however busy it is. */
  async function upgradeHash(user: UserRecord, password: string): Promise<void> {
    try {
      await users.replacePassword(user.id, user.password, await passwords.hash(password))
    } catch (error) {
      if (!(error instanceof AppError && error.reason === 'overloaded')) throw error
    }
  }

  return async ({ username, password, scope, client, door, device }) => {
    if (!enabled) {
      throw new AppError('unsupported_grant_type', 'The password grant is switched off here')
    }
    requireGrant(client, 'password')
    // A scope that is unknown, or not the client's, is refused before anything is hashed …
    const requested = scope === undefined ? undefined : parseScope(scope)
    if (requested) requireClientScopes(client, requested)
    const user = await authenticate({ username, password, device })
    // … and one the user may not have only now: else it would tell who is an admin.
    const allowed = scopesOfRole[user.role].filter((word) => client.scopes.includes(word))
    const scopes = requested ?? allowed
    if (scopes.length === 0) {
      throw new AppError('invalid_scope', 'The client may have no scope that this user has')
    }
    if (!scopes.every((word) => allowed.includes(word))) {
      throw new AppError('invalid_scope', 'scope has a word that this user may not have')
    }
    const holder = { clientId: client.id, door }
    const started = await sessions.start({ userId: user.id, scopes, holder, device })
    authLog.record('signed_in', { userId: user.id, sessionId: started.session.id, door, ...device })
    return issueTokens(accessTokens, started, { epoch: user.epoch, scopes })
  }
}

/** For the log only; the answer is one for all (R109). */
function reasonToRefuse(user: UserRecord | undefined, { ok, fault }: PasswordVerdict): string {
  if (!user) return 'unknown_user'
  return ok ? 'disabled' : (fault ?? 'wrong_password')
}
