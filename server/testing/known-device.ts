// Marks the device of a session as known, as if it had been confirmed long ago.

import type { Database } from '../db/database.ts'

export async function makeDeviceKnown({ kysely }: Database, sessionId: string): Promise<void> {
  await kysely
    .updateTable('sessions')
    .set({ is_new_device: 0 })
    .where('id', '=', sessionId)
    .execute()
}
