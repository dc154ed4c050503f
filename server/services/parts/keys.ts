// What access tokens are signed and checked with: signing keys, and the revocations of the last minutes.

import { createKeyRotation } from '../../auth/keys/key-rotation.ts'
import { loadSigningKeys } from '../../auth/keys/signing-keys.ts'
import { createRevocations } from '../../auth/tokens/revocations.ts'
import type { Changes } from './change-feed.ts'
import type { Foundation, ServicesOptions } from './foundation.ts'

export type Keys = Awaited<ReturnType<typeof loadKeys>>

/** @throws StartError where the keys of the database cannot be read */
export async function loadKeys(
  deps: Foundation & Changes,
  { unknownKidCooldownMs }: ServicesOptions,
) {
  const { config, serving, logger, masterKeys, database, clock, nowMs, changeFeed: feed } = deps
  const { accessTokenLifetimeSeconds } = config
  const followerDeps = { database, clock, feed, accessTokenLifetimeSeconds }
  const revocations = await createRevocations({ ...followerDeps, nowMs })
  const signingKeys = await loadSigningKeys(config.signing, {
    ...followerDeps,
    masterKeys,
    serving,
    dropsUnreadable: config.allowLostMasterKey,
    onUnreadableKey: (error, kid) =>
      logger.error({ err: error, kid }, 'a signing key cannot be read'),
    ...(unknownKidCooldownMs === undefined ? {} : { unknownKidCooldownMs }),
  })
  const { algorithm } = config.signing
  return {
    revocations,
    signingKeys,
    keyRotation: createKeyRotation({ algorithm, database, masterKeys, clock, signingKeys }),
  }
}
