// What rules store about a user: read for their export, and deleted with their account.

import type { DeleteResult } from 'kysely'
import type { PageRequest } from '../contract/paging.ts'
import type { Page } from './read-page.ts'

export interface UserData<Row = unknown> {
  /** Newest first, as it goes over the wire. */
  read(userId: string, page: PageRequest): Promise<Page<Row>>
  /**
   * Deletes `size` rows at most, so that no other work waits for an account with very many. Where
   * there are few, `on delete cascade` is enough.
   */
  deleteSome?(userId: string, size: number): Promise<DeleteResult>
}
