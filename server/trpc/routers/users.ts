// Users: yourself, and for admins everybody.

import type { UserRecord } from '../../auth/users.ts'
import { type User, userListSchema, userPageSchema, userSchema } from '../../contract/users.ts'
import { anyCallerProcedure, router, scopedProcedure } from '../procedures.ts'

export const usersRouter = router({
  me: scopedProcedure('me')
    .meta({ rest: { method: 'GET', path: '/users/me', summary: 'Who you are' } })
    .output(userSchema)
    .query(async ({ ctx }) => {
      const user = await ctx.services.users.getCaller(ctx.identity)
      return toUser(user)
    }),

  list: anyCallerProcedure('users:read')
    .meta({ rest: { method: 'GET', path: '/users', summary: 'Every user, by user name' } })
    .input(userListSchema)
    .output(userPageSchema)
    .query(async ({ ctx, input: { page, per_page } }) => {
      const { users, total } = await ctx.services.users.list(page, per_page)
      return { users: users.map(toUser), total, page, per_page }
    }),
})

export function toUser(user: UserRecord): User {
  return {
    id: user.id,
    username: user.username,
    email: user.email,
    full_name: user.fullName,
    disabled: user.disabled,
    role: user.role,
    created_at: new Date(user.createdAtMs).toISOString(),
  }
}
