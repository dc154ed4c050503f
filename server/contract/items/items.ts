// What an item is on the wire, and the limits of its fields.

import { z } from 'zod'
import { nextCursorSchema, pageRequestSchema } from '../paging.ts'
import { rowVersionSchema } from '../row-version.ts'
import { boundedString, requiredText, text } from '../text.ts'
import { itemSearchMaxLength } from './item-search.ts'

export const itemTitleMaxLength = 200
export const itemDescriptionMaxLength = 2_000

export const itemSchema = z
  .object({
    id: z.string(),
    title: z.string(),
    description: z.string(),
    /** RFC 3339, UTC. */
    created_at: z.string(),
    updated_at: z.string(),
    version: rowVersionSchema,
  })
  .meta({ id: 'Item' })

export type Item = z.infer<typeof itemSchema>

/** A search finds items that have all of its words, in title or description. */
export const itemListSchema = pageRequestSchema.extend({
  search: text(itemSearchMaxLength).optional(),
})

export type ItemListRequest = z.infer<typeof itemListSchema>

export const itemIdSchema = z.object({ id: text(64) })

export const itemCreateSchema = z.object({
  title: requiredText(itemTitleMaxLength),
  description: text(itemDescriptionMaxLength).default(''),
})

export const itemUpdateSchema = z.object({
  id: text(64),
  title: requiredText(itemTitleMaxLength).optional(),
  description: text(itemDescriptionMaxLength).optional(),
  version: rowVersionSchema.optional(),
})

/** A deleted item, as its owner's page still has it. */
export const itemRestoreSchema = itemCreateSchema.extend({
  id: text(64).regex(/^[\w-]{22}$/),
  created_at: boundedString(40).pipe(z.iso.datetime()),
  version: rowVersionSchema,
})

export const itemPageSchema = z.object({
  items: z.array(itemSchema),
  next_cursor: nextCursorSchema,
})

export type ItemPage = z.infer<typeof itemPageSchema>
