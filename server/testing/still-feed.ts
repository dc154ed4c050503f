// A change feed that never fires: for tests that refresh by hand, or have only one process.

import type { ChangeFeed } from '../db/changes/change-feed.ts'

export const stillFeed: ChangeFeed = {
  follow: () => {},
  catchUpIfSilent: () => undefined,
  silentForMs: () => 0,
  purgeAll: async () => ({}),
  outMsWithin: () => 0,
  watchWrite: (write) => write(),
  close: () => {},
}
