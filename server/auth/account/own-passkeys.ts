// What users do with their own passkeys: add one, see them, rename one, remove one.

import { AppError } from '../../contract/app-error.ts'
import type { Device } from '../../contract/device.ts'
import { type Passkey, passkeysMax } from '../../contract/passkeys.ts'
import type { PasskeyAttestation, PasskeyCreation } from '../../contract/webauthn.ts'
import type { Clock } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { isUniqueViolation } from '../../db/errors.ts'
import { RequiredWriteError, required } from '../../db/writes/required-write.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { type Challenges, challengeLifetimeMs } from '../passkeys/challenges.ts'
import { namePasskey } from '../passkeys/passkey-names.ts'
import { describeCredential, type PasskeyRow, toPasskey } from '../passkeys/passkey-rows.ts'
import { loadWebAuthn, passkeyAlgorithms, type RelyingParty } from '../passkeys/relying-party.ts'
import type { Reauthentication } from '../sign-in/reauthentication.ts'
import type { UserIdentity } from '../tokens/identity.ts'

export interface OwnPasskeys {
  /** Oldest first. */
  list(userId: string): Promise<Passkey[]>
  /**
   * For `navigator.credentials.create()`.
   * @throws AppError reauthentication_required, invalid_credentials; conflict where there are ten
   */
  prepare(caller: Caller & { currentPassword: string | undefined }): Promise<PasskeyCreation>
  /**
   * Stores what the authenticator made of these options, within five minutes.
   * @throws AppError invalid_request where it is not that, or was stored before; conflict where
   *   there are ten, or the passkey is in use
   */
  add(
    caller: Caller & { response: PasskeyAttestation; name?: string | undefined },
  ): Promise<Passkey>
  /** @throws AppError not_found */
  rename(caller: Caller & { id: string; name: string }): Promise<Passkey>
  /** @throws AppError reauthentication_required, invalid_credentials, not_found */
  remove(caller: Caller & { id: string; currentPassword: string | undefined }): Promise<void>
}

interface Caller {
  identity: UserIdentity
  device: Device
}

interface OwnPasskeysDeps {
  database: Database
  clock: Clock
  relyingParty: RelyingParty
  challenges: Challenges
  reauthentication: Pick<Reauthentication, 'require'>
  auditLog: AuditLog
}

export function createOwnPasskeys(deps: OwnPasskeysDeps): OwnPasskeys {
  const { database, clock, relyingParty, challenges, reauthentication, auditLog } = deps
  const { kysely } = database

  const selectOf = (userId: string) =>
    kysely
      .selectFrom('passkeys')
      .selectAll()
      .where('user_id', '=', userId)
      .orderBy('created_at_ms')
      .orderBy('id')

  async function requireRoom(userId: string): Promise<PasskeyRow[]> {
    const rows = await selectOf(userId).execute()
    if (rows.length >= passkeysMax) {
      throw new AppError('conflict', `You have ${passkeysMax} passkeys. Remove one first.`)
    }
    return rows
  }

  async function verify({ userId }: UserIdentity, response: PasskeyAttestation) {
    const { verifyRegistrationResponse } = await loadWebAuthn()
    const { clientDataJSON, attestationObject } = response.response
    let challenge = ''
    try {
      const { registrationInfo } = await verifyRegistrationResponse({
        response: {
          ...response,
          response: { clientDataJSON, attestationObject },
          clientExtensionResults: {},
        },
        expectedChallenge(presented) {
          challenge = presented
          return challenges.isValid(presented, `add ${userId}`)
        },
        expectedOrigin: relyingParty.origin,
        expectedRPID: relyingParty.id,
        requireUserVerification: true,
        supportedAlgorithmIDs: passkeyAlgorithms,
      })
      if (registrationInfo) return { challenge, info: registrationInfo }
    } catch (error) {
      throw refuseAttestation(error)
    }
    throw refuseAttestation()
  }

  return {
    async list(userId) {
      return (await selectOf(userId).execute()).map(toPasskey)
    },

    async prepare({ identity, currentPassword, device }) {
      const user = await reauthentication.require({ identity, currentPassword, device })
      const rows = await requireRoom(user.id)
      return {
        challenge: challenges.make(`add ${user.id}`),
        rp: { id: relyingParty.id, name: relyingParty.name },
        // Random, and so nothing about the person (WebAuthn Level 3 §14.6.1).
        user: { id: user.id, name: user.username, displayName: user.fullName ?? user.username },
        pubKeyCredParams: passkeyAlgorithms.map((alg) => ({ type: 'public-key', alg })),
        timeout: challengeLifetimeMs,
        excludeCredentials: rows.map(describeCredential),
        authenticatorSelection: {
          residentKey: 'required',
          requireResidentKey: true,
          userVerification: 'required',
        },
        attestation: 'none',
      }
    },

    async add({ identity, response, name, device }) {
      const { userId, sessionId } = identity
      const { challenge, info } = await verify(identity, response)
      await requireRoom(userId)
      if (!(await challenges.use(challenge))) throw refuseAttestation()
      const { credential, aaguid, credentialDeviceType, credentialBackedUp } = info
      const row: PasskeyRow = {
        id: credential.id,
        user_id: userId,
        name: name ?? namePasskey(aaguid, device.userAgent),
        public_key: Buffer.from(credential.publicKey).toString('base64url'),
        counter: credential.counter,
        transports: (response.response.transports ?? []).join(' '),
        aaguid,
        backup_eligible: credentialDeviceType === 'multiDevice' ? 1 : 0,
        backup_state: credentialBackedUp ? 1 : 0,
        created_at_ms: clock.now(),
        last_used_at_ms: null,
      }
      const facts = { userId, sessionId, what: row.name, device }
      try {
        await database.runAtomically([
          // One after the other: each sees what the one before has added.
          kysely.updateTable('users').set({ id: userId }).where('id', '=', userId),
          kysely.insertInto('passkeys').values(row),
          auditLog.entry('passkey_added', facts),
          // Of two that were added at once, when there was room for one.
          kysely
            .deleteFrom('passkeys')
            .where('user_id', '=', userId)
            .where('id', 'not in', selectOf(userId).clearSelect().select('id').limit(passkeysMax)),
        ])
      } catch (error) {
        if (!isUniqueViolation(error)) throw error
        throw new AppError('conflict', 'This passkey is in use already')
      }
      return toPasskey(row)
    },

    async rename({ identity: { userId }, id, name }) {
      const row = await kysely
        .updateTable('passkeys')
        .set({ name })
        .where('id', '=', id)
        .where('user_id', '=', userId)
        .returningAll()
        .executeTakeFirst()
      if (!row) throw refuseUnknown()
      return toPasskey(row)
    },

    async remove({ identity, id, currentPassword, device }) {
      const { id: userId } = await reauthentication.require({ identity, currentPassword, device })
      const row = await selectOf(userId).where('id', '=', id).executeTakeFirst()
      if (!row) throw refuseUnknown()
      const facts = { userId, sessionId: identity.sessionId, what: row.name, device }
      try {
        await database.runAtomically([
          required(
            kysely.deleteFrom('passkeys').where('id', '=', id).where('user_id', '=', userId),
          ),
          auditLog.entry('passkey_removed', facts),
        ])
      } catch (error) {
        throw error instanceof RequiredWriteError ? refuseUnknown() : error
      }
    },
  }
}

function refuseUnknown(): AppError {
  return new AppError('not_found', 'There is no such passkey')
}

function refuseAttestation(cause?: unknown): AppError {
  return new AppError(
    'invalid_request',
    'This passkey could not be added: ask for new options, and try again',
    { cause },
  )
}
