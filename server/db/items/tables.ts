// The table of items, as TypeScript sees it. Its migration is one of Keycard's: a feature of yours has its own.

import type { Generated } from 'kysely'
import type { EpochMs } from '../columns.ts'

export interface ItemsTables {
  items: ItemsTable
}

export interface ItemsTable {
  id: string
  owner_id: string
  title: string
  description: string
  created_at_ms: EpochMs
  updated_at_ms: EpochMs
  /** Raised by each change. */
  version: Generated<number>
}
