// Lists that are read a page at a time, newest first.

import { z } from 'zod'
import { text } from './text.ts'

/** When the last row of a page was made, in milliseconds since 1970, and its id. */
export const cursorPattern = '^(\\d{1,15})\\.([A-Za-z0-9_-]{1,64})$'

/** For an export: the list it is in, its place there, and a code that binds it to this user. */
export const exportCursorPattern =
  '^([a-zA-Z]+)\\.(\\d{1,15}\\.[A-Za-z0-9_-]{1,64})\\.([A-Za-z0-9_-]{43})$'

/** For the list of users: the other sort key, and the username. */
export const userCursorPattern = '^([a-z]+|\\d{1,15}|):([a-z0-9._-]{1,64})$'

/**
 * The `next_cursor` of the page before. Absent: from the newest. The pattern is for the
 * documentation.
 */
export const cursorSchema = text(200).meta({ pattern: cursorPattern }).optional()
export const exportCursorSchema = text(200).meta({ pattern: exportCursorPattern }).optional()
export const userCursorSchema = text(200).meta({ pattern: userCursorPattern }).optional()

/** null on the last page. */
export const nextCursorSchema = z.string().meta({ pattern: cursorPattern }).nullable()
export const nextUserCursorSchema = z.string().meta({ pattern: userCursorPattern }).nullable()
export const nextExportCursorSchema = z.string().meta({ pattern: exportCursorPattern }).nullable()

export const pageRequestSchema = z.object({
  limit: z.int().min(1).max(100).default(20),
  cursor: cursorSchema,
})

export type PageRequest = z.infer<typeof pageRequestSchema>
