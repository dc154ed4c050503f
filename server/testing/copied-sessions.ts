// Creates many sessions at once: copies of one, as an older version allowed.

import type { Database } from '../db/database.ts'
import { makeRandomId } from '../db/random-id.ts'

export async function copySession({ kysely }: Database, id: string, count: number): Promise<void> {
  const rows = kysely.selectFrom('sessions').selectAll().where('id', '=', id)
  const session = await rows.executeTakeFirstOrThrow()
  for (let left = count; left > 0; left -= 100) {
    const copies = Array.from({ length: Math.min(left, 100) }, () => ({
      ...session,
      id: makeRandomId(),
    }))
    await kysely.insertInto('sessions').values(copies).execute()
  }
}
