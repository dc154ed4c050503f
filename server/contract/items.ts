// What an item is on the wire, and what may be said about one.

import { z } from 'zod'
import { requiredText, text } from './text.ts'

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
  })
  .meta({ id: 'Item' })

export type Item = z.infer<typeof itemSchema>

export const itemIdSchema = z.object({ id: text(64) })

export const itemCreateSchema = z.object({
  title: requiredText(itemTitleMaxLength),
  description: text(itemDescriptionMaxLength).default(''),
})

export const itemUpdateSchema = z.object({
  id: text(64),
  title: requiredText(itemTitleMaxLength).optional(),
  description: text(itemDescriptionMaxLength).optional(),
})

/** Newest first; `cursor` is the `next_cursor` of the page before. */
export const itemListSchema = z.object({
  limit: z.int().min(1).max(100).default(20),
  cursor: text(200).optional(),
})

export const itemPageSchema = z.object({
  items: z.array(itemSchema),
  /** null on the last page. */
  next_cursor: z.string().nullable(),
})

export type ItemPage = z.infer<typeof itemPageSchema>
