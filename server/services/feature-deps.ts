// What the rules of a feature are made from: each names the parts that it needs.

import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { ChangeFeed } from '../db/changes/change-feed.ts'
import type { Clock } from '../db/clock.ts'
import type { Database } from '../db/database.ts'

export interface FeatureDeps {
  config: Config
  database: Database
  clock: Clock
  feed: ChangeFeed
  onError: (error: unknown) => void
  logger: Logger
}
