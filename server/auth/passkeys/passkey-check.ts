// Checking that the holder of a passkey is here: a signature over a challenge of ours, once.

import { AppError } from '../../contract/app-error.ts'
import type { Device } from '../../contract/device.ts'
import type { PasskeyAssertion, PasskeyRequest } from '../../contract/webauthn.ts'
import type { Clock } from '../../db/clock.ts'
import type { Flag } from '../../db/columns.ts'
import type { Database } from '../../db/database.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { UserRecord, Users } from '../users/users.ts'
import { type ChallengePurpose, type Challenges, challengeLifetimeMs } from './challenges.ts'
import { describeCredential, type PasskeyRow } from './passkey-rows.ts'
import { loadWebAuthn, type RelyingParty } from './relying-party.ts'

export interface PasskeyCheck {
  /** For `navigator.credentials.get()`; by `userId` only with a passkey of that user. */
  prepare(userId?: string): Promise<PasskeyRequest>
  /**
   * The user of the passkey, whose authenticator has verified them (WebAuthn Level 3 §7.2).
   * @param presented with `userId`, only a passkey of that user counts
   * @throws AppError unknown_passkey where no account has it; invalid_credentials for everything
   *   else that is wrong
   */
  check(presented: PresentedPasskey): Promise<UserRecord>
}

export interface PresentedPasskey {
  response: PasskeyAssertion
  userId?: string
  device: Device
}

interface PasskeyCheckDeps {
  database: Database
  clock: Clock
  users: Users
  relyingParty: RelyingParty
  challenges: Challenges
  auditLog: AuditLog
}

export function createPasskeyCheck(deps: PasskeyCheckDeps): PasskeyCheck {
  const { database, clock, users, relyingParty, challenges, auditLog } = deps
  const { kysely } = database

  const find = (id: string) =>
    kysely.selectFrom('passkeys').selectAll().where('id', '=', id).executeTakeFirst()

  async function verify(row: PasskeyRow, response: PasskeyAssertion, challenge: string) {
    const { verifyAuthenticationResponse } = await loadWebAuthn()
    const publicKey = new Uint8Array(Buffer.from(row.public_key, 'base64url'))
    const { verified, authenticationInfo } = await verifyAuthenticationResponse({
      response: { ...withUserHandle(response), clientExtensionResults: {} },
      expectedChallenge: challenge,
      expectedOrigin: relyingParty.origin,
      expectedRPID: relyingParty.id,
      // Counted below: here a counter that goes back would refuse synced passkeys too.
      credential: { id: row.id, publicKey, counter: 0 },
      requireUserVerification: true,
    })
    if (!verified) throw new Error('the signature is wrong')
    return authenticationInfo
  }

  return {
    async prepare(userId) {
      const own =
        userId === undefined
          ? []
          : await kysely
              .selectFrom('passkeys')
              .select(['id', 'transports'])
              .where('user_id', '=', userId)
              .execute()
      return {
        challenge: challenges.make(userId === undefined ? 'sign-in' : `prove ${userId}`),
        rpId: relyingParty.id,
        timeout: challengeLifetimeMs,
        allowCredentials: own.map(describeCredential),
        userVerification: 'required',
      }
    },

    async check({ response, userId, device }) {
      const purpose: ChallengePurpose = userId === undefined ? 'sign-in' : `prove ${userId}`
      // Before anything is looked up: only who has just opened a page of ours gets further.
      const challenge = readChallenge(response)
      if (!challenges.isValid(challenge, purpose)) throw refuse(device, 'challenge')
      const row = await find(response.id)
      if (!row || (userId !== undefined && row.user_id !== userId)) throw refuseUnknown()
      const facts = { userId: row.user_id, device }
      const info = await verify(row, response, challenge).catch((error) => {
        throw refuse(device, 'signature', row.user_id, error)
      })
      const { userHandle } = response.response
      if (userHandle !== undefined && userHandle !== row.user_id)
        throw refuse(device, 'user', row.user_id)
      // A copy of a key that is bound to one device: the counter is there to show it (§6.1.1).
      const isBehind = info.newCounter <= row.counter && (info.newCounter > 0 || row.counter > 0)
      if (isBehind) {
        await auditLog.record('passkey_counter_back', { ...facts, what: row.name })
        if (row.backup_eligible === 0) throw refuse(device, 'counter', row.user_id)
      }
      const user = await users.findById(row.user_id)
      if (!user) throw refuseUnknown()
      if (user.disabled) throw refuse(device, 'disabled', user.id)
      if (!(await challenges.use(challenge))) throw refuse(device, 'challenge used', user.id)
      const backupState: Flag = info.credentialBackedUp ? 1 : 0
      await kysely
        .updateTable('passkeys')
        .set({
          counter: info.newCounter,
          backup_state: backupState,
          last_used_at_ms: clock.now(),
        })
        .where('id', '=', row.id)
        .execute()
      return user
    },
  }

  function refuse(device: Device, why: string, userId?: string, cause?: unknown): AppError {
    // Not a row for each: who has no passkey of ours can send as many as they like.
    auditLog.notifyOperator('sign_in_refused', { userId, why: `passkey ${why}`, device })
    return new AppError('invalid_credentials', 'This passkey was not accepted', { cause })
  }
}

function refuseUnknown(): AppError {
  return new AppError('unknown_passkey', 'No account has this passkey. Sign in another way.')
}

/** Of client data that may be anything; '' where there is none. */
function readChallenge({ response: { clientDataJSON } }: PasskeyAssertion): string {
  try {
    const { challenge } = JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString())
    return typeof challenge === 'string' ? challenge : ''
  } catch {
    return ''
  }
}

/** `exactOptionalPropertyTypes`: absent, and not undefined. */
function withUserHandle({ response, ...rest }: PasskeyAssertion) {
  const { userHandle, ...others } = response
  return { ...rest, response: userHandle === undefined ? others : { ...others, userHandle } }
}
