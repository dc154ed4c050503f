// The rows of `passkeys`, and what goes over the wire of them.

import type { Selectable } from 'kysely'
import type { Passkey } from '../../contract/passkeys.ts'
import { toRfc3339 } from '../../contract/rfc3339.ts'
import type { PasskeysTable } from '../../db/tables.ts'

export type PasskeyRow = Selectable<PasskeysTable>

/** As options name it (WebAuthn Level 3 §5.8.3). */
export function describeCredential({ id, transports }: Pick<PasskeyRow, 'id' | 'transports'>) {
  const words = transports === '' ? [] : transports.split(' ')
  return { id, type: 'public-key' as const, transports: words }
}

export function toPasskey(row: PasskeyRow): Passkey {
  return {
    id: row.id,
    name: row.name,
    synced: row.backup_eligible === 1,
    created_at: toRfc3339(row.created_at_ms),
    last_used_at: row.last_used_at_ms === null ? null : toRfc3339(row.last_used_at_ms),
  }
}
