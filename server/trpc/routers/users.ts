// Users: yourself, and for admins all of them. An admin is a person or a machine with the scope for it.

import type { ListedUser as ListedRecord } from '../../auth/users/user-directory.ts'
import type { UserRecord } from '../../auth/users/users.ts'
import { toRfc3339 } from '../../contract/rfc3339.ts'
import {
  type ListedUser,
  sessionsEndedSchema,
  type User,
  userCreateSchema,
  userIdSchema,
  userListSchema,
  userPageSchema,
  userSchema,
  userSetPasswordSchema,
  userSetRoleSchema,
} from '../../contract/users.ts'
import { actorOf } from '../actor.ts'
import { anyCallerProcedure, provenProcedure, router, scopedProcedure } from '../procedures.ts'

export const usersRouter = router({
  me: scopedProcedure('me')
    .meta({ rest: { method: 'GET', path: '/users/me', summary: 'Who you are' } })
    .output(userSchema)
    .query(async ({ ctx }) => {
      const user = await ctx.services.users.getCaller(ctx.identity)
      return toUser(user)
    }),

  list: anyCallerProcedure('users:read')
    .meta({
      rest: { method: 'GET', path: '/users', summary: 'Every user: searched, sorted, by page' },
    })
    .input(userListSchema)
    .output(userPageSchema)
    .query(async ({ ctx, input: { page, per_page, ...query } }) => {
      const { userDirectory } = ctx.services
      const found = await userDirectory.list({ page, perPage: per_page, ...query })
      return {
        users: found.users.map(toListedUser),
        total: found.total,
        has_more_than_total: found.hasMoreThanTotal,
        is_cut: found.isCut,
        next_cursor: found.nextCursor,
        page,
        per_page,
      }
    }),

  create: provenProcedure('users:write')
    .meta({
      rest: { method: 'POST', path: '/users', summary: 'Make an account', successStatus: 201 },
    })
    .input(userCreateSchema)
    .output(userSchema)
    .mutation(async ({ ctx, input: { full_name, current_password: _, ...account } }) => {
      const request = { ...account, fullName: full_name }
      return toUser(await ctx.services.userAdministration.create(request, actorOf(ctx)))
    }),

  disable: provenProcedure('users:write')
    .meta({
      rest: {
        method: 'POST',
        path: '/users/{id}/disable',
        summary: 'Sign a user out everywhere and block sign-in to that account',
      },
    })
    .input(userIdSchema)
    .output(userSchema)
    .mutation(async ({ ctx, input: { id } }) =>
      toUser(await ctx.services.userAdministration.disable(id, actorOf(ctx))),
    ),

  enable: provenProcedure('users:write')
    .meta({
      rest: { method: 'POST', path: '/users/{id}/enable', summary: 'Let a user sign in again' },
    })
    .input(userIdSchema)
    .output(userSchema)
    .mutation(async ({ ctx, input: { id } }) =>
      toUser(await ctx.services.userAdministration.enable(id, actorOf(ctx))),
    ),

  unlock: provenProcedure('users:write')
    .meta({
      rest: {
        method: 'POST',
        path: '/users/{id}/unlock',
        summary: 'Open an account that too many wrong passwords have closed',
      },
    })
    .input(userIdSchema)
    .output(userSchema)
    .mutation(async ({ ctx, input: { id } }) =>
      toUser(await ctx.services.userAdministration.unlock(id, actorOf(ctx))),
    ),

  setRole: provenProcedure('users:write')
    .meta({
      rest: { method: 'POST', path: '/users/{id}/set-role', summary: "Change a user's role" },
    })
    .input(userSetRoleSchema)
    .output(userSchema)
    .mutation(async ({ ctx, input: { id, role } }) =>
      toUser(await ctx.services.userAdministration.setRole(id, role, actorOf(ctx))),
    ),

  setPassword: provenProcedure('users:write')
    .meta({
      rest: {
        method: 'POST',
        path: '/users/{id}/set-password',
        summary: 'Give a user a new password, and sign them out everywhere',
      },
    })
    .input(userSetPasswordSchema)
    .output(sessionsEndedSchema)
    .mutation(async ({ ctx, input: { id, password } }) => {
      const { userAdministration } = ctx.services
      return { sessions_ended: await userAdministration.setPassword(id, password, actorOf(ctx)) }
    }),

  endSessions: provenProcedure('users:write')
    .meta({
      rest: {
        method: 'POST',
        path: '/users/{id}/end-sessions',
        summary: 'Sign a user out everywhere',
      },
    })
    .input(userIdSchema)
    .output(sessionsEndedSchema)
    .mutation(async ({ ctx, input: { id } }) => ({
      sessions_ended: await ctx.services.userAdministration.endSessions(id, actorOf(ctx)),
    })),
})

export function toListedUser(user: ListedRecord): ListedUser {
  return {
    ...toUser(user),
    last_seen_at: user.lastSeenAtMs === null ? null : toRfc3339(user.lastSeenAtMs),
    session_count: user.sessionCount,
    is_last_admin: user.isLastAdmin,
  }
}

export function toUser(user: UserRecord): User {
  return {
    id: user.id,
    username: user.username,
    email: user.email,
    full_name: user.fullName,
    disabled: user.disabled,
    role: user.role,
    created_at: toRfc3339(user.createdAtMs),
  }
}
