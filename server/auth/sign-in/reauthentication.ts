// Sensitive changes need a fresh proof of who the user is. It counts five minutes, in its session only (R65).

import { type RawBuilder, sql } from 'kysely'
import { freshProofSeconds, type Proof } from '../../contract/account.ts'
import { AppError } from '../../contract/app-error.ts'
import type { Device } from '../../contract/device.ts'
import type { Database } from '../../db/database.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { PasskeyCheck } from '../passkeys/passkey-check.ts'
import type { UserIdentity } from '../tokens/identity.ts'
import type { UserRecord, Users } from '../users/users.ts'
import type { PasswordCheck } from './password-check.ts'

interface Caller {
  identity: UserIdentity
  device: Device
}

export interface Reauthentication {
  /**
   * The user, once it is certain that it is they: by the password that came with the call, which
   * then counts for the session, or by a proof or a sign-in that is at most five minutes old. A
   * refresh is neither.
   * @throws AppError reauthentication_required where there is no password and no fresh proof;
   *   invalid_credentials, too_many_requests as at sign-in: it is the same budget (R100)
   */
  require(caller: Caller & { currentPassword: string | undefined }): Promise<UserRecord>
  /**
   * Checks the proof and stores it with the session.
   * @throws AppError invalid_credentials, too_many_requests as at sign-in
   */
  prove(caller: Caller & { proof: Proof }): Promise<UserRecord>
}

interface ReauthenticationDeps {
  database: Database
  /** The one clock of all nodes. */
  nowMs: () => RawBuilder<number>
  users: Users
  checkPassword: PasswordCheck
  passkeyCheck: Pick<PasskeyCheck, 'check'>
  auditLog: AuditLog
}

export function createReauthentication(deps: ReauthenticationDeps): Reauthentication {
  const { database, nowMs, users, checkPassword, passkeyCheck, auditLog } = deps
  const { kysely } = database

  /** Another way to prove it is another case here. */
  async function check(
    { id, username }: UserRecord,
    proof: Proof,
    device: Device,
  ): Promise<UserRecord> {
    switch (proof.method) {
      case 'password':
        return checkPassword({ username, password: proof.password, device })
      case 'passkey':
        return passkeyCheck.check({ response: proof.response, userId: id, device })
    }
  }

  function keepProof({ sessionId, userId }: UserIdentity) {
    return kysely
      .updateTable('sessions')
      .set({ proved_at_ms: nowMs() })
      .where('id', '=', sessionId)
      .where('user_id', '=', userId)
  }

  async function isFresh({ sessionId, userId }: UserIdentity): Promise<boolean> {
    const session = await kysely
      .selectFrom('sessions')
      .select(sql<number>`${nowMs()} - coalesce(proved_at_ms, created_at_ms)`.as('age_ms'))
      .where('id', '=', sessionId)
      .where('user_id', '=', userId)
      .where('revoked_at_ms', 'is', null)
      .executeTakeFirst()
    // A date in the future, by a wrong clock, proves nothing.
    return (
      session !== undefined && session.age_ms >= 0 && session.age_ms <= freshProofSeconds * 1_000
    )
  }

  return {
    async require({ identity, currentPassword, device }) {
      const user = await users.getCaller(identity)
      if (currentPassword !== undefined) {
        const proof = { method: 'password', password: currentPassword } as const
        const proved = await check(user, proof, device)
        await keepProof(identity).execute()
        return proved
      }
      if (await isFresh(identity)) return user
      throw new AppError(
        'reauthentication_required',
        'This change needs your current password, or a sign-in within the last five minutes',
      )
    },

    async prove({ identity, proof, device }) {
      const user = await check(await users.getCaller(identity), proof, device)
      const { userId, sessionId, clientId } = identity
      const facts = { userId, sessionId, clientId, what: proof.method, device }
      await database.runAtomically([keepProof(identity), auditLog.entry('reauthenticated', facts)])
      return user
    },
  }
}
