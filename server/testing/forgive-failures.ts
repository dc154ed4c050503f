// Forgets all failed sign-ins: for tests that need more of them than an account may have in a row.

import type { Services } from '../services.ts'

export async function forgiveFailures({ database }: Pick<Services, 'database'>): Promise<void> {
  await database.kysely.deleteFrom('throttle_counters').execute()
}
