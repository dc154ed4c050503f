// Everything that is stored about a user, for them to take along: no hash, no key, no token.

import { z } from 'zod'
import { currentPasswordSchema } from './account.ts'
import { exportCursorSchema, nextExportCursorSchema } from './paging.ts'
import { passkeySchema } from './passkeys.ts'
import { userSchema } from './users.ts'

const place = {
  address: z.string().nullable(),
  user_agent: z.string().nullable(),
}

export const dataExportInputSchema = currentPasswordSchema.extend({ cursor: exportCursorSchema })

/**
 * A page of it, of a thousand rows: each list continues where the page before ended. All times are
 * RFC 3339, UTC.
 */
export const dataExportSchema = z.object({
  exported_at: z.string(),
  profile: userSchema,
  password_changed_at: z.string(),
  /** Live and past, newest first. */
  sessions: z.array(
    z.object({
      id: z.string(),
      client_id: z.string(),
      scope: z.string(),
      /** `browser` or `token`: where it began. */
      transport: z.string(),
      persistent: z.boolean(),
      created_at: z.string(),
      last_used_at: z.string(),
      expires_at: z.string(),
      ended_at: z.string().nullable(),
      ended_reason: z.string().nullable(),
      device_id: z.string().nullable(),
      ...place,
    }),
  ),
  devices: z.array(z.object({ id: z.string(), created_at: z.string(), last_used_at: z.string() })),
  /** Where they have signed in from lately: each address as a keyed hash. */
  places: z.array(z.object({ id: z.string(), created_at: z.string(), last_used_at: z.string() })),
  /** Oldest last; the keys themselves say nothing to people. */
  passkeys: z.array(passkeySchema),
  /** The audit log's entries about the account, newest first. */
  activity: z.array(
    z.object({
      at: z.string(),
      event: z.string(),
      /** Whether someone else did it: an admin. */
      by_another: z.boolean(),
      session_id: z.string().nullable(),
      client_id: z.string().nullable(),
      why: z.string().nullable(),
      what: z.string().nullable(),
      ...place,
    }),
  ),
  next_cursor: nextExportCursorSchema,
})

export type DataExport = z.infer<typeof dataExportSchema>
