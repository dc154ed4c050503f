// One user on the wire as an admin sees them, and the devices that a user has signed in with.

import { z } from 'zod'
import { profileFieldsSchema } from './account.ts'
import { text } from './text.ts'
import { listedUserSchema, userIdSchema } from './users.ts'

const signInLimitSchema = z.object({
  /** Wrong passwords in a row. */
  failures: z.int(),
  /** 0 where an attempt is allowed now. */
  retry_after_seconds: z.int(),
  /** Closed until an admin unlocks it, or for 30 days. */
  is_closed: z.boolean(),
})

export const userDetailsSchema = listedUserSchema
  .extend({
    password_changed_at: z.string(),
    /** How sign-ins with a password are slowed down: three budgets, and each may be used up. */
    sign_in_limits: z.object({
      strangers: signInLimitSchema,
      known_devices: signInLimitSchema,
      known_places: signInLimitSchema,
    }),
  })
  .meta({ id: 'UserDetails' })

export type UserDetails = z.infer<typeof userDetailsSchema>

/** A browser that the user has signed in with, which wrong passwords from elsewhere do not lock out. */
export const knownDeviceSchema = z
  .object({
    id: z.string(),
    /** "Firefox on Linux"; null where it is not known any more. */
    device: z.string().nullable(),
    /** Where it was used last. */
    address: z.string().nullable(),
    /** The one that makes the request. */
    is_current: z.boolean(),
    created_at: z.string(),
    last_used_at: z.string(),
  })
  .meta({ id: 'KnownDevice' })

export type KnownDevice = z.infer<typeof knownDeviceSchema>

/** The one used last first; 20 at most. */
export const deviceListSchema = z.object({ devices: z.array(knownDeviceSchema) })

export const deviceIdSchema = z.object({ id: text(64) })

export const userProfileChangeSchema = z.object({
  ...userIdSchema.shape,
  ...profileFieldsSchema.shape,
})

export const userSessionSchema = z.object({ ...userIdSchema.shape, session_id: text(64) })

export const userDeviceSchema = z.object({ ...userIdSchema.shape, device_id: text(64) })
