// What people do to their own account.

import { createAccountDeletion } from '../../auth/account/account-deletion.ts'
import { createActivity } from '../../auth/account/activity.ts'
import { createDataExporter, type FeatureData } from '../../auth/account/data-export.ts'
import { createOtherAddresses } from '../../auth/account/other-addresses.ts'
import { createOwnPasskeys } from '../../auth/account/own-passkeys.ts'
import { createPasswordChange } from '../../auth/account/password-change.ts'
import { createProfileChange } from '../../auth/account/profile-change.ts'
import { createSecurityNotices } from '../../auth/account/security-notices.ts'
import { createUserDeletion } from '../../auth/account/user-deletion.ts'
import type { Changes } from './change-feed.ts'
import type { Foundation } from './foundation.ts'
import type { Keys } from './keys.ts'
import type { Mail } from './mail.ts'
import type { SessionServices } from './sessions.ts'
import type { SignIn } from './sign-in.ts'
import type { Throttle } from './throttle.ts'
import type { UserServices } from './users.ts'

export type Account<Data extends FeatureData> = ReturnType<typeof createAccount<Data>>

/** @param featureData what the features store about users, by its name in the export */
export function createAccount<Data extends FeatureData>(
  deps: Foundation & Changes & Keys & Throttle & Mail & SessionServices & UserServices & SignIn,
  featureData: Data,
) {
  const { config, logger, masterKeys, database, clock, passwords, auditLog } = deps
  const { knownDevices, forgetKnown, enumerationThrottle, mailLinks, mailNotices } = deps
  const { sessions, users, writeProfile, passwordProblem, reauthentication } = deps
  const { relyingParty, challenges } = deps
  const deleteUser = createUserDeletion({
    database,
    clock,
    feed: deps.changeFeed,
    revocations: deps.revocations,
    mailNotices,
    auditLog,
    featureData: Object.values(featureData),
  })
  return {
    activity: createActivity(database),
    otherAddresses: createOtherAddresses({ publicUrl: config.publicUrl, logger }),
    securityNotices: createSecurityNotices({ database, clock }),
    changeProfile: createProfileChange({
      users,
      writeProfile,
      reauthentication,
      enumerationThrottle,
    }),
    changePassword: createPasswordChange({
      database,
      clock,
      users,
      sessions,
      passwords,
      passwordProblem,
      reauthentication,
      knownDevices,
      forgetKnown,
      mailLinks,
      mailNotices,
      auditLog,
    }),
    ownPasskeys: createOwnPasskeys({
      database,
      clock,
      relyingParty,
      challenges,
      reauthentication,
      auditLog,
    }),
    deleteUser,
    deleteAccount: createAccountDeletion({ users, deleteUser, reauthentication }),
    exportData: createDataExporter({
      database,
      clock,
      masterKeys,
      reauthentication,
      auditLog,
      featureData,
    }),
  }
}
