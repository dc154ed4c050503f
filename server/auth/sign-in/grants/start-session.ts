// The last step of every sign-in: a session for a user who has proved who they are, and its tokens.

import type { Compilable } from 'kysely'
import { AppError } from '../../../contract/app-error.ts'
import type { Device } from '../../../contract/device.ts'
import { type Scope, scopesOfRole } from '../../../contract/scopes.ts'
import { isForeignKeyViolation } from '../../../db/errors.ts'
import type { AuditLog } from '../../audit/audit-log.ts'
import { isNewDevice, newDeviceNotice } from '../../audit/notice-kinds.ts'
import type { Client, Clients } from '../../clients/clients.ts'
import type { ForgetKnown } from '../../devices/known-devices.ts'
import type { MailNotices } from '../../mail/mail-notices.ts'
import type { StartedSession } from '../../sessions/session-rotation.ts'
import type { SessionTransport } from '../../sessions/session-rows.ts'
import type { Sessions } from '../../sessions/sessions.ts'
import type { AccessTokens } from '../../tokens/access-tokens.ts'
import type { UserRecord, Users } from '../../users/users.ts'
import { type Granted, issueTokens } from './issue-tokens.ts'

export interface SessionRequest {
  /** The user as they were when they proved it. */
  user: UserRecord
  scopes: readonly Scope[]
  client: Client
  transport: SessionTransport
  /** "Keep me signed in", in a browser. False by default. */
  rememberMe?: boolean
  /** How they proved it; with their password by default. */
  method?: 'passkey'
  device: Device
}

/**
 * @throws AppError invalid_credentials where the account has changed since the proof;
 *   invalid_client where the client was removed since
 */
export type StartSession = (request: SessionRequest) => Promise<Granted>

interface StartSessionDeps {
  users: Users
  clients: Pick<Clients, 'requireStillThere'>
  sessions: Sessions
  forgetKnown: ForgetKnown
  accessTokens: AccessTokens
  mailNotices: MailNotices
  auditLog: AuditLog
}

/** Everything that the user's role and the client both allow. */
export function listAllowedScopes(user: UserRecord, client: Client): Scope[] {
  return scopesOfRole[user.role].filter((word) => client.scopes.includes(word))
}

export function createStartSession(deps: StartSessionDeps): StartSession {
  const { users, clients, sessions, forgetKnown, accessTokens, mailNotices, auditLog } = deps

  function writeSignIn(request: SessionRequest, sessionId: string): Compilable[] {
    const { user, client, transport, method, device } = request
    const what = method ?? transport
    const facts = { userId: user.id, sessionId, clientId: client.id, what, device }
    const notice = newDeviceNotice(sessionId)
    return [
      auditLog.entry('signed_in', facts, { why: notice, notice }),
      ...mailNotices.write('new_device', user, device, isNewDevice(sessionId)),
    ]
  }

  async function start(request: SessionRequest): Promise<StartedSession> {
    const { user, scopes, client, transport, rememberMe = false, device } = request
    const facts = {
      userId: user.id,
      scopes,
      holder: { clientId: client.id, transport },
      registrationId: client.registration?.id ?? null,
      rememberMe,
      device,
    }
    const extraWrites = (id: string) => writeSignIn(request, id)
    try {
      return await sessions.start({ ...facts, extraWrites })
    } catch (error) {
      if (!isForeignKeyViolation(error)) throw error
      throw refuseChanged()
    }
  }

  /**
   * While a password was being checked it may have been changed, which ends all other sessions
   * (R60). One that begins with the old password just then must not be left over, nor may it leave
   * a known device behind.
   */
  async function endIfChanged(started: StartedSession, request: SessionRequest): Promise<void> {
    if (await users.lockIfUnchanged(request.user)) return
    await end(started, request, 'password_changed')
    throw refuseChanged()
  }

  /** The same for its client, which may have been removed. */
  async function endIfRemoved(started: StartedSession, request: SessionRequest): Promise<void> {
    try {
      await clients.requireStillThere(request.client)
    } catch (error) {
      if (isRefusal(error)) await end(started, request, 'client_removed')
      throw error
    }
  }

  async function end(
    { session: { id, userId, clientId } }: StartedSession,
    { device }: SessionRequest,
    why: 'password_changed' | 'client_removed',
  ): Promise<void> {
    const facts = { userId, sessionId: id, clientId, why, device }
    await sessions.end(id, why, {
      writes: [
        ...(why === 'password_changed' ? forgetKnown(userId) : []),
        auditLog.entry('session_ended', facts),
      ],
    })
  }

  return async (request) => {
    const { user, scopes, client } = request
    const started = await start(request)
    await endIfChanged(started, request)
    await endIfRemoved(started, request)
    return issueTokens({ accessTokens, users }, started, { user, scopes, client })
  }
}

const isRefusal = (error: unknown) => error instanceof AppError && error.reason === 'invalid_client'

function refuseChanged(): AppError {
  return new AppError('invalid_credentials', 'Incorrect username or password', {
    detail: 'changed meanwhile',
  })
}
