// What operators and administrators do: to users, to all tokens, with the audit log and the master key.

import type { DeleteUser } from '../../auth/account/user-deletion.ts'
import { createAuditExporter } from '../../auth/admin/audit-export.ts'
import { createAuditReader } from '../../auth/admin/audit-reader.ts'
import { createMasterKeyUses } from '../../auth/admin/master-key-use.ts'
import { createOverview } from '../../auth/admin/overview.ts'
import { createTokenReset } from '../../auth/admin/restored-database.ts'
import { createUserAdministration } from '../../auth/admin/user-administration.ts'
import { createUserDetails } from '../../auth/admin/user-details.ts'
import { createUserEditing } from '../../auth/admin/user-editing.ts'
import { createUserImports } from '../../auth/admin/user-imports.ts'
import { packageVersion } from '../../settings/package-version.ts'
import type { Foundation } from './foundation.ts'
import type { Keys } from './keys.ts'
import type { Mail } from './mail.ts'
import type { SessionServices } from './sessions.ts'
import type { Throttle } from './throttle.ts'
import type { UserServices } from './users.ts'

export type Administration = ReturnType<typeof createAdministration>

export function createAdministration(
  deps: Foundation &
    Keys &
    Throttle &
    Mail &
    SessionServices &
    UserServices & { deleteUser: DeleteUser },
) {
  const { database, clock, passwords, auditLog, revocations, keyRotation } = deps
  const { loginThrottle, forgetKnown, forgetDevice, readDevices, sessions, readSessions } = deps
  const { users, accounts, userDirectory, writeProfile, deleteUser } = deps
  const { mailLinks, mailNotices } = deps
  const auditReader = createAuditReader({ database, users })
  return {
    auditReader,
    readOverview: createOverview({
      database,
      clock,
      keyRotation,
      loginThrottle,
      eventCounts: deps.eventCounts,
      version: packageVersion,
    }),
    exportAuditLog: createAuditExporter({ auditReader, auditLog }),
    userDetails: createUserDetails({ userDirectory, loginThrottle, readSessions, readDevices }),
    userEditing: createUserEditing({
      users,
      sessions,
      writeProfile,
      forgetDevice,
      deleteUser,
      auditLog,
    }),
    userImports: createUserImports({ database, users, passwords, auditLog }),
    userAdministration: createUserAdministration({
      database,
      users,
      accounts,
      sessions,
      revocations,
      loginThrottle,
      forgetKnown,
      mailLinks,
      mailNotices,
      auditLog,
      clock,
    }),
    resetTokens: createTokenReset({ keyRotation, sessions, auditLog }),
  }
}

/** Made first of all: a start asks whether the master key is the one of this database. */
export function watchMasterKey({ config, database, masterKeys, clock, warn }: Foundation) {
  const allowLost = config.allowLostMasterKey
  return createMasterKeyUses({ database, masterKeys, clock, allowLost, warn })
}
