// What a session is on the wire, to the user who owns it.

import { z } from 'zod'
import { allScopes } from './scopes.ts'
import { text } from './text.ts'

export const sessionSchema = z
  .object({
    id: z.string(),
    /** The session that makes the request. */
    is_current: z.boolean(),
    /** "Firefox on Linux"; null where the user agent says nothing. */
    device: z.string().nullable(),
    /** A device the user had not signed in on before, and has not confirmed yet. */
    is_new_device: z.boolean(),
    address: z.string().nullable(),
    /** How it began, with the password in both cases: on our own page, or at the token endpoint. */
    transport: z.enum(['cookie', 'bearer']),
    client_id: z.string(),
    client_name: z.string(),
    scopes: z.array(z.enum(allScopes)),
    /** "Keep me signed in" was asked for. */
    persistent: z.boolean(),
    /** RFC 3339, UTC, like all times here. */
    created_at: z.string(),
    /** Its last refresh. */
    last_used_at: z.string(),
    /** When it ends if it is not used before. */
    expires_at: z.string(),
    /** When it ends however much it is used. */
    ends_at: z.string(),
    /** How long it may be unused. */
    idle_seconds: z.int(),
  })
  .meta({ id: 'Session' })

export type Session = z.infer<typeof sessionSchema>

/**
 * The current one first, then by last use. At most a hundred live; `total` is more only where an
 * older version let more begin.
 */
export const sessionListSchema = z.object({
  sessions: z.array(sessionSchema),
  total: z.int(),
})

export type SessionList = z.infer<typeof sessionListSchema>

/** First the whole list; then what has changed since, at most once a second. */
export interface SessionChanges extends SessionList {
  /** `sessions` holds all of them; else those that have begun or changed. */
  is_whole: boolean
  /** The ids of those that have ended or expired. */
  ended: string[]
}

export const sessionIdSchema = z.object({ id: text(64) })
