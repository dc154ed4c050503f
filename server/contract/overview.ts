// The state of the whole installation in numbers, and what an admin should look at.

import { z } from 'zod'
import { auditEvents } from './audit-events.ts'
import { overviewCountedTo } from './overview-limit.ts'
import { userIdSchema } from './users.ts'

const counts = z.array(z.int().max(overviewCountedTo))

/** One number for each part of the time, the oldest first. */
const chartSchema = z.object({
  /** When the first part begins; RFC 3339, UTC, like all times here. */
  since: z.string(),
  part_seconds: z.int(),
  signed_in: counts,
  refused: counts,
  /** Accounts that wrong passwords have closed to unknown devices. */
  closed: counts,
})

const countSchema = z.int().max(overviewCountedTo)
const userSchema = z.object({ ...userIdSchema.shape, username: z.string() })

export const overviewSchema = z
  .object({
    at: z.string(),
    version: z.string(),
    database: z.enum(['sqlite', 'postgres']),
    /** By the hour, … */
    day: chartSchema,
    /** … and by the day. */
    month: chartSchema,
    /** At least so many, where there are very many. */
    live_sessions: countSchema,
    users_seen_in_a_day: countSchema,
    users_seen_in_a_month: countSchema,
    /** Sign-ins that had to wait, on the server that answers, since it started. */
    throttled_since_start: z.int(),
    attention: z.object({
      /** Closed now; the one closed last first, 20 at most. */
      locked: z.array(z.object({ user: userSchema, at: z.string() })),
      /** Of the last 30 days, the newest first, 20 at most. */
      alarms: z.array(
        z.object({
          id: z.string(),
          at: z.string(),
          event: z.enum(auditEvents),
          user: userSchema.nullable(),
        }),
      ),
      /** Signing keys in use for more than a year. */
      old_keys: z.array(z.object({ kid: z.string(), created_at: z.string() })),
    }),
  })
  .meta({ id: 'Overview' })

export type Overview = z.infer<typeof overviewSchema>
