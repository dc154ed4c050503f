// Lists that come a page at a time, newest first.

import { z } from 'zod'
import { text } from './text.ts'

/** The `next_cursor` of the page before. Absent: from the newest. */
export const cursorSchema = text(200).optional()

/** null on the last page. */
export const nextCursorSchema = z.string().nullable()

export const pageRequestSchema = z.object({
  limit: z.int().min(1).max(100).default(20),
  cursor: cursorSchema,
})

export type PageRequest = z.infer<typeof pageRequestSchema>
