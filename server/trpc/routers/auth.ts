// Signing in, staying in, signing out: the browser's door, and the typed client's.

import type { Granted } from '../../auth/grants/issue-tokens.ts'
import { registrationSchema } from '../../contract/account.ts'
import { AppError } from '../../contract/app-error.ts'
import { loginSchema } from '../../contract/credentials.ts'
import type { PageTokens } from '../../contract/oauth.ts'
import { publicProcedure, router } from '../procedures.ts'
import type { RefreshCookie } from '../refresh-cookie.ts'

/** Public: each brings its own proof, or needs none. Mutations, so that no secret stands in a URL (R79). */
export const authRouter = router({
  login: publicProcedure.input(loginSchema).mutation(async ({ ctx, input }) => {
    const [cookie, deviceCookie] = [ctx.refreshCookie(), ctx.deviceCookie()]
    const granted = await ctx.services.passwordGrant({
      username: input.username,
      password: input.password,
      scope: input.scope,
      client: ctx.services.clients.web,
      door: cookie.available ? 'browser' : 'token',
      keep: input.keep,
      device: { ...ctx.device, deviceId: deviceCookie.read() },
    })
    deviceCookie.renew(granted.session.deviceId)
    return keepInCookie(cookie, granted)
  }),

  /** Signs in with it: the answer is that of `login`. */
  register: publicProcedure.input(registrationSchema).mutation(async ({ ctx, input }) => {
    const [cookie, deviceCookie] = [ctx.refreshCookie(), ctx.deviceCookie()]
    const granted = await ctx.services.register({
      username: input.username,
      password: input.password,
      email: input.email ?? null,
      fullName: input.full_name ?? null,
      client: ctx.services.clients.web,
      door: cookie.available ? 'browser' : 'token',
      device: { ...ctx.device, deviceId: deviceCookie.read() },
    })
    deviceCookie.renew(granted.session.deviceId)
    return keepInCookie(cookie, granted)
  }),

  /** What a form can say of an account before it is made, or given a new password. */
  rules: publicProcedure.query(({ ctx: { services } }) => ({
    password_min_length: services.config.passwordMinLength,
  })),

  /** For browsers; other clients post `grant_type=refresh_token` to /token (R72). */
  refresh: publicProcedure.mutation(async ({ ctx }) => {
    const cookie = ctx.refreshCookie()
    const refreshToken = cookie.read()
    if (refreshToken === undefined) throw new AppError('not_authenticated', 'Not authenticated')
    // A cookie that is refused stays: a late answer must not take away that of a newer sign-in (R73).
    const granted = await ctx.services.refreshTokenGrant({
      refreshToken,
      scope: undefined,
      client: ctx.services.clients.web,
      door: 'browser',
      device: ctx.device,
    })
    return keepInCookie(cookie, granted)
  }),

  /** In a browser it needs no access token, which may have expired: who wants out gets out. */
  logout: publicProcedure.mutation(async ({ ctx }) => {
    const cookie = ctx.refreshCookie()
    const refreshToken = cookie.read()
    const { signOut, identities } = ctx.services
    if (refreshToken !== undefined) await signOut.byRefreshToken(refreshToken, ctx.device)
    // Clients that keep their own tokens show the access token instead.
    else {
      const { sessionId } = identities.requireUser(await ctx.identify())
      await signOut.bySessionId(sessionId, ctx.device)
    }
    cookie.clear()
    return null
  }),
})

/** The token stays out of the answer wherever the browser keeps it better (R69). */
function keepInCookie(cookie: RefreshCookie, { tokens, session }: Granted): PageTokens {
  if (!cookie.available) return tokens
  const { refresh_token, ...withoutIt } = tokens
  cookie.set(refresh_token, session)
  return { ...withoutIt, ...(session.kept && { kept: true }) }
}
