// What a user is on the wire. Names are snake_case, as OAuth's own.

import { z } from 'zod'
import { roles } from './scopes.ts'

export const userSchema = z
  .object({
    /** Opaque, never reassigned: the `sub` of the user's tokens (RFC 9068 §2.2). */
    id: z.string(),
    username: z.string(),
    email: z.string().nullable(),
    full_name: z.string().nullable(),
    disabled: z.boolean(),
    role: z.enum(roles),
    /** RFC 3339, UTC. */
    created_at: z.string(),
  })
  .meta({ id: 'User' })

export type User = z.infer<typeof userSchema>

/** Sorted by user name; `page` counts from 1. */
export const userListSchema = z.object({
  page: z.int().min(1).max(100_000).default(1),
  per_page: z.int().min(1).max(100).default(20),
})

export const userPageSchema = z.object({
  users: z.array(userSchema),
  total: z.int(),
  page: z.int(),
  per_page: z.int(),
})

export type UserPage = z.infer<typeof userPageSchema>
