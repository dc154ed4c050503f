// Keycard's own migrations, oldest first; a released one is final.

import { usersSessionsItems } from './0001-users-sessions-items.ts'
import { clients } from './0002-clients.ts'
import { devicesAndAudit } from './0003-devices-and-audit.ts'
import { throttle } from './0004-throttle.ts'
import { userDirectory } from './0005-user-directory.ts'
import { changeNumbers } from './0006-change-numbers.ts'
import { sessionRegistrations } from './0007-session-registrations.ts'
import { knownPlaces } from './0009-known-places.ts'
import { recoveredRefreshes } from './0010-recovered-refreshes.ts'
import { noticesProofsLiveSessions } from './0011-notices-proofs-live-sessions.ts'
import { oldDatabases } from './0012-old-databases.ts'
import { masterKeys } from './0013-master-keys.ts'
import { searchKeysAndAdmins } from './0014-search-keys-and-admins.ts'
import { searchKeysInUnicode } from './0015-search-keys-in-unicode.ts'
import { plainWords } from './0016-plain-words.ts'
import { auditFilters } from './0017-audit-filters.ts'
import { itemVersions } from './0018-item-versions.ts'
import { usersByState } from './0019-users-by-state.ts'
import { mail } from './0020-mail.ts'
import { passkeys } from './0021-passkeys.ts'
import type { Migrations } from './migration.ts'

/**
 * By the names under which databases know them. To change the tables, add a migration below and the
 * columns in tables.ts. A database recognises a migration that it has run by its statements, so
 * those never change.
 */
export const migrations: Migrations = {
  '0001_users_sessions_items': usersSessionsItems,
  '0002_clients': clients,
  '0003_devices_and_audit': devicesAndAudit,
  '0004_throttle': throttle,
  '0005_user_directory': userDirectory,
  '0006_change_numbers': changeNumbers,
  '0007_batches': sessionRegistrations,
  '0009_known_places': knownPlaces,
  '0010_recovered_refreshes': recoveredRefreshes,
  '0011_notices_proofs_and_live_sessions': noticesProofsLiveSessions,
  '0012_old_databases': oldDatabases,
  '0013_master_keys': masterKeys,
  '0014_search_keys_and_admins': searchKeysAndAdmins,
  '0015_search_keys_in_unicode': searchKeysInUnicode,
  '0016_plain_words': plainWords,
  '0017_audit_filters': auditFilters,
  '0018_item_versions': itemVersions,
  '0019_users_by_state': usersByState,
  '0020_mail': mail,
  '0021_passkeys': passkeys,
}
