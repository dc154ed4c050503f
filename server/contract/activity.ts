// What happened to an account, as its owner reads it.

import { z } from 'zod'
import { activityEvents } from './activity-events.ts'
import { nextCursorSchema } from './paging.ts'

export const activityEntrySchema = z
  .object({
    id: z.string(),
    /** RFC 3339, UTC. */
    at: z.string(),
    event: z.enum(activityEvents),
    /** Names no admin, and does not reveal where one is. */
    by: z.enum(['you', 'administrator']),
    /** One word: `wrong_password`. */
    why: z.string().nullable(),
    /** Which endpoint a sign-in used, which field was changed, which role it became. */
    what: z.string().nullable(),
    /** `Firefox on Linux`; null where it is unknown, or was an administrator's. */
    device: z.string().nullable(),
    address: z.string().nullable(),
    session_id: z.string().nullable(),
    is_this_session: z.boolean(),
  })
  .meta({ id: 'ActivityEntry' })

export type ActivityEntry = z.infer<typeof activityEntrySchema>

export const activityPageSchema = z.object({
  entries: z.array(activityEntrySchema),
  next_cursor: nextCursorSchema,
})

export type ActivityPage = z.infer<typeof activityPageSchema>
