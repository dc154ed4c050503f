// The sample rules: all users have a list of items and see only their own. Copy this to add yours.

import type { Selectable } from 'kysely'
import { AppError } from '../contract/app-error.ts'
import type { Item, ItemListRequest, ItemPage } from '../contract/items/items.ts'
import type { PageRequest } from '../contract/paging.ts'
import { toRfc3339 } from '../contract/rfc3339.ts'
import type { Clock } from '../db/clock.ts'
import type { Database } from '../db/database.ts'
import type { ItemsTable } from '../db/items/tables.ts'
import { makeRandomId } from '../db/random-id.ts'
import { type Page, readPage } from '../db/read-page.ts'
import type { UserData } from '../db/user-data.ts'
import { searchItems } from './item-search.ts'

export interface Items {
  /** Newest first. @throws AppError invalid_input where the cursor is not one of ours */
  list(ownerId: string, page: ItemListRequest): Promise<ItemPage>
  create(ownerId: string, item: { title: string; description: string }): Promise<Item>
  /**
   * Changes only the given fields. @throws AppError not_found, also where it belongs to another
   * user; changed_elsewhere, with the item as it is now, where `version` is another's
   */
  update(ownerId: string, id: string, change: ItemChange): Promise<Item>
  /**
   * Brings back an item that was deleted, to its place in the list. @throws AppError conflict where
   * its id is in use
   */
  restore(ownerId: string, item: DeletedItem): Promise<Item>
  /** @throws AppError not_found, also where it belongs to another user */
  delete(ownerId: string, id: string): Promise<void>
  /** What an export contains of them, and an account's deletion removes. */
  readonly userData: UserData<Item>
}

export type DeletedItem = Omit<Item, 'updated_at'>

export interface ItemChange {
  title?: string | undefined
  description?: string | undefined
  /** That the change was made from; absent: whatever it is by now. */
  version?: number | undefined
}

interface ItemsDeps {
  database: Database
  clock: Clock
}

export function createItems({ database: { kysely }, clock }: ItemsDeps): Items {
  const ofOwner = (ownerId: string) =>
    kysely.selectFrom('items').selectAll().where('owner_id', '=', ownerId)

  async function readItems(ownerId: string, page: PageRequest): Promise<Page<Item>> {
    const { rows, next_cursor } = await readPage(ofOwner(ownerId), ['created_at_ms', 'id'], page)
    return { rows: rows.map(toItem), next_cursor }
  }

  /** Without the change: the item is gone, or another by now. */
  async function findUnlessChanged(
    ownerId: string,
    id: string,
    { title, description }: ItemChange,
  ): Promise<Item> {
    const row = await ofOwner(ownerId).where('id', '=', id).executeTakeFirst()
    if (!row) throw noSuchItem()
    const current = toItem(row)
    // RFC 9110 §13.1.1: made already, by this very request, whose answer was lost.
    const isMade =
      (title ?? row.title) === row.title && (description ?? row.description) === row.description
    if (isMade) return current
    throw new AppError('changed_elsewhere', 'This item was changed elsewhere', { current })
  }

  return {
    async list(ownerId, { search, ...page }) {
      if (search) return searchItems((part) => readItems(ownerId, part), search, page)
      const { rows: items, next_cursor } = await readItems(ownerId, page)
      return { items, next_cursor }
    },

    async create(ownerId, { title, description }) {
      const nowMs = clock.now()
      const row = await kysely
        .insertInto('items')
        .values({
          id: makeRandomId(),
          owner_id: ownerId,
          title,
          description,
          created_at_ms: nowMs,
          updated_at_ms: nowMs,
        })
        .returningAll()
        .executeTakeFirstOrThrow()
      return toItem(row)
    },

    async restore(ownerId, { id, title, description, created_at, version }) {
      const nowMs = clock.now()
      const createdAtMs = Math.max(0, Math.min(Date.parse(created_at), nowMs))
      const times = { created_at_ms: createdAtMs, updated_at_ms: nowMs }
      await kysely
        .insertInto('items')
        .values({ id, owner_id: ownerId, title, description, ...times, version: version + 1 })
        .onConflict((conflict) => conflict.doNothing())
        .execute()
      // Also where it is back already: an answer was lost, and the request came again.
      const row = await ofOwner(ownerId).where('id', '=', id).executeTakeFirst()
      if (!row) throw new AppError('conflict', 'This item can’t be brought back')
      return toItem(row)
    },

    async update(ownerId, id, { title, description, version }) {
      const row = await kysely
        .updateTable('items')
        .set(({ eb }) => ({
          ...(title === undefined ? {} : { title }),
          ...(description === undefined ? {} : { description }),
          updated_at_ms: clock.now(),
          version: eb('version', '+', 1),
        }))
        .where('id', '=', id)
        .where('owner_id', '=', ownerId)
        .$if(version !== undefined, (query) => query.where('version', '=', version ?? 0))
        .returningAll()
        .executeTakeFirst()
      return row ? toItem(row) : findUnlessChanged(ownerId, id, { title, description })
    },

    async delete(ownerId, id) {
      const row = await kysely
        .deleteFrom('items')
        .where('id', '=', id)
        .where('owner_id', '=', ownerId)
        .returning('id')
        .executeTakeFirst()
      if (!row) throw noSuchItem()
    },

    userData: {
      read: readItems,
      deleteSome: (ownerId, size) =>
        kysely
          .deleteFrom('items')
          .where('id', 'in', ofOwner(ownerId).clearSelect().select('id').limit(size))
          .executeTakeFirstOrThrow(),
    },
  }
}

function toItem(row: Selectable<ItemsTable>): Item {
  return {
    id: row.id,
    title: row.title,
    description: row.description,
    created_at: toRfc3339(row.created_at_ms),
    updated_at: toRfc3339(row.updated_at_ms),
    version: row.version,
  }
}

function noSuchItem(): AppError {
  return new AppError('not_found', 'There is no such item')
}
