// What a user is on the wire, and what an admin may ask for. Names are snake_case, as OAuth's own.

import { z } from 'zod'
import { proposedNameSchema, proposedPasswordSchema } from './credentials.ts'
import { nextUserCursorSchema, userCursorSchema } from './paging.ts'
import { roles } from './scopes.ts'
import { text } from './text.ts'
import {
  sortOrders,
  userSearchMaxLength,
  userSortKeys,
  userStates,
  usersCountedTo,
} from './user-order.ts'

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

/** What the list shows in addition. */
export const listedUserSchema = userSchema
  .extend({
    /** When a session was last begun or refreshed. */
    last_seen_at: z.string().nullable(),
    session_count: z.int(),
    /** The only admin who can sign in may be neither disabled nor demoted. */
    is_last_admin: z.boolean(),
  })
  .meta({ id: 'ListedUser' })

export type ListedUser = z.infer<typeof listedUserSchema>

/** Only users with this role, and in this state. */
export const userFilterSchema = z.object({
  role: z.enum(roles).optional(),
  state: z.enum(userStates).optional(),
})

/**
 * `page` counts from 1, within the first 10,000 users; `cursor` goes on from any page, and takes
 * precedence. `search` finds the beginnings of the words in names and email addresses, in any
 * order.
 */
export const userListSchema = z.object({
  page: z.int().min(1).max(100_000).default(1),
  per_page: z.int().min(1).max(100).default(20),
  cursor: userCursorSchema,
  search: text(userSearchMaxLength).default(''),
  ...userFilterSchema.shape,
  sort: z.enum(userSortKeys).default('username'),
  order: z.enum(sortOrders).default('asc'),
})

export const userPageSchema = z.object({
  users: z.array(listedUserSchema),
  /** Counted to 1,000: counting a million would take longer than finding them. */
  total: z.int().max(usersCountedTo),
  has_more_than_total: z.boolean(),
  /** Too many begin with each word of the search to look at all: more letters may find others. */
  is_cut: z.boolean(),
  next_cursor: nextUserCursorSchema,
  page: z.int(),
  per_page: z.int(),
})

export type UserPage = z.infer<typeof userPageSchema>

export const userIdSchema = z.object({ id: text(64) })

/**
 * Only excessive length is refused here: `accounts` names all fields that break their rules at
 * once.
 */
export const userCreateSchema = z.object({
  username: proposedNameSchema,
  email: proposedNameSchema.nullable().default(null),
  full_name: proposedNameSchema.nullable().default(null),
  role: z.enum(roles).default('user'),
  password: proposedPasswordSchema,
})

export const userSetRoleSchema = z.object({ ...userIdSchema.shape, role: z.enum(roles) })

export const userSetPasswordSchema = z.object({
  ...userIdSchema.shape,
  password: proposedPasswordSchema,
})

export const sessionsEndedSchema = z.object({ sessions_ended: z.int() })
