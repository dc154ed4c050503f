// The audit log on the wire, as admins and their programs read it.

import { z } from 'zod'
import { auditEvents } from './audit-events.ts'
import { auditExportFormats } from './audit-export.ts'
import { nextCursorSchema, pageRequestSchema } from './paging.ts'
import { text } from './text.ts'

/** A time with its zone (RFC 3339 §5.6). */
const timeSchema = text(40)
  .refine(isRfc3339, 'must be a time with its zone, such as 2026-01-31T12:00:00Z')
  .meta({ format: 'date-time' })

/** Which entries are meant; all of them without any. */
export const auditFilterSchema = z.object({
  /** The user it is about: an id, a username or an email address. */
  user: text(254).optional(),
  event: z.enum(auditEvents).optional(),
  /** An IP address, exactly as the log has it. */
  address: text(45).optional(),
  /** From then on. */
  since: timeSchema.optional(),
  /** Before then. */
  until: timeSchema.optional(),
})

export type AuditFilter = z.infer<typeof auditFilterSchema>

export const auditListSchema = z.object({
  ...pageRequestSchema.shape,
  ...auditFilterSchema.shape,
})

/** Who it is; the name is null where the account is gone, or is no user's. */
const partySchema = z.object({ id: z.string(), username: z.string().nullable() })

export const auditEntrySchema = z
  .object({
    id: z.string(),
    /** RFC 3339, UTC. */
    at: z.string(),
    event: z.enum(auditEvents),
    /** Whom it is about; null where it is about all of them, or about none. */
    user: partySchema.nullable(),
    /** Who did it, where that is someone else: an admin, a client, `operator`. */
    actor: partySchema.nullable(),
    session_id: z.string().nullable(),
    client_id: z.string().nullable(),
    /** `wrong_password`. */
    why: z.string().nullable(),
    /** Which transport, token or field. */
    what: z.string().nullable(),
    address: z.string().nullable(),
    /** `Firefox on Linux`; null where it is unknown. */
    device: z.string().nullable(),
    user_agent: z.string().nullable(),
  })
  .meta({ id: 'AuditEntry' })

export type AuditEntry = z.infer<typeof auditEntrySchema>

export const auditPageSchema = z.object({
  entries: z.array(auditEntrySchema),
  next_cursor: nextCursorSchema,
})

export type AuditPage = z.infer<typeof auditPageSchema>

export const auditExportSchema = z.object({
  format: z.enum(auditExportFormats).default('ndjson'),
  ...auditFilterSchema.shape,
})

function isRfc3339(time: string): boolean {
  const syntax = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/
  return syntax.test(time) && !Number.isNaN(Date.parse(time))
}
