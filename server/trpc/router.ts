// All procedures. The browser imports the type of this, and nothing else of the server.

import { z } from 'zod'
import { identitySchema } from '../contract/identity.ts'
import { toRfc3339 } from '../contract/rfc3339.ts'
import { featureRouters } from './feature-routers.ts'
import { mergeRouters, protectedProcedure, router } from './procedures.ts'
import { accountRouter } from './routers/account.ts'
import { activityRouter } from './routers/activity.ts'
import { auditRouter } from './routers/audit.ts'
import { authRouter } from './routers/auth.ts'
import { overviewRouter } from './routers/overview.ts'
import { passkeysRouter } from './routers/passkeys.ts'
import { sessionsRouter } from './routers/sessions.ts'
import { userDetailsRouter } from './routers/user-details.ts'
import { usersRouter } from './routers/users.ts'

export const appRouter = router({
  auth: authRouter,
  users: mergeRouters(usersRouter, userDetailsRouter),
  audit: auditRouter,
  overview: overviewRouter,
  account: accountRouter,
  sessions: sessionsRouter,
  passkeys: passkeysRouter,
  activity: activityRouter,
  ...featureRouters,

  /** What the token says. Nothing is looked up for it: this is the cheapest protected call. */
  identity: protectedProcedure
    .meta({ rest: { method: 'GET', path: '/identity', summary: 'What your token says' } })
    .output(identitySchema)
    .query(({ ctx: { identity } }) => ({
      user_id: identity.userId,
      session_id: identity.sessionId,
      client_id: identity.clientId,
      scopes: [...identity.scopes],
      expires_at: toRfc3339(identity.expiresAt * 1_000),
    })),

  /** The smallest example: any user's token is accepted. */
  protected: protectedProcedure
    .meta({ rest: { method: 'GET', path: '/protected', summary: "Any user's token opens this" } })
    .output(z.object({ message: z.string(), user: z.string() }))
    .query(async ({ ctx }) => {
      const user = await ctx.services.users.getCaller(ctx.identity)
      return { message: 'Access granted', user: user.username }
    }),
})

export type AppRouter = typeof appRouter
