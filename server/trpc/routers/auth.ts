// Signing in, staying signed in, signing out: for the browser, and for typed clients.

import type { Client } from '../../auth/clients/clients.ts'
import type { SessionTransport } from '../../auth/sessions/session-rows.ts'
import type { Granted } from '../../auth/sign-in/grants/issue-tokens.ts'
import {
  freshProofSeconds,
  reauthenticatedSchema,
  reauthenticationSchema,
  registrationSchema,
} from '../../contract/account.ts'
import { AppError } from '../../contract/app-error.ts'
import { loginSchema } from '../../contract/credentials.ts'
import type { Device } from '../../contract/device.ts'
import type { PageTokens } from '../../contract/oauth.ts'
import { passkeySignInSchema } from '../../contract/passkeys.ts'
import { passkeyRequestSchema } from '../../contract/webauthn.ts'
import type { RefreshCookie } from '../../web/refresh-cookie.ts'
import type { Context } from '../context.ts'
import { protectedProcedure, publicProcedure, router } from '../procedures.ts'

/**
 * Public except `reauthenticate`: each brings its own proof, or needs none. Mutations, so that no
 * secret stands in a URL (R79).
 */
export const authRouter = router({
  login: publicProcedure.input(loginSchema).mutation(({ ctx, input }) =>
    signInHere(ctx, (here) =>
      ctx.services.passwordGrant({
        ...here,
        username: input.username,
        password: input.password,
        scope: input.scope,
        rememberMe: input.remember_me,
      }),
    ),
  ),

  /** What a browser asks its authenticators with. A query: nothing is stored for it. */
  passkeyOptions: publicProcedure
    .output(passkeyRequestSchema)
    .query(({ ctx }) => ctx.services.passkeyCheck.prepare()),

  loginWithPasskey: publicProcedure.input(passkeySignInSchema).mutation(({ ctx, input }) =>
    signInHere(ctx, (here) =>
      ctx.services.passkeyGrant({
        ...here,
        response: input.response,
        rememberMe: input.remember_me,
      }),
    ),
  ),

  /** Signs in with the new account: the answer is that of `login`. */
  register: publicProcedure.input(registrationSchema).mutation(({ ctx, input }) =>
    signInHere(ctx, (here) =>
      ctx.services.register({
        ...here,
        username: input.username,
        password: input.password,
        email: input.email ?? null,
        fullName: input.full_name ?? null,
      }),
    ),
  ),

  /** What a form can check about an account before it is made, or gets a new password. */
  rules: publicProcedure.query(({ ctx: { services } }) => ({
    password_min_length: services.config.passwordMinLength,
  })),

  /** For browsers; other clients post `grant_type=refresh_token` to /token (R72). */
  refresh: publicProcedure.mutation(async ({ ctx }) => {
    const cookie = ctx.refreshCookie()
    const refreshToken = cookie.read()
    if (refreshToken === undefined) throw new AppError('not_authenticated', 'Not authenticated')
    // A refused cookie is not removed: a late answer must not remove that of a newer sign-in (R73).
    const granted = await ctx.services.refreshTokenGrant({
      refreshToken,
      scope: undefined,
      client: ctx.services.clients.web,
      transport: 'cookie',
      device: { ...ctx.device, deviceId: ctx.deviceCookie().read() },
    })
    return keepInCookie(cookie, granted)
  }),

  /**
   * Proves again who the user is, for the sensitive changes of the next five minutes in this
   * session.
   */
  reauthenticate: protectedProcedure
    .meta({
      rest: {
        method: 'POST',
        path: '/users/me/reauthenticate',
        summary: 'Prove again who you are, for the sensitive changes of the next five minutes',
      },
    })
    .input(reauthenticationSchema)
    .output(reauthenticatedSchema)
    .mutation(async ({ ctx, input: { proof } }) => {
      const device = ctx.knownDevice()
      await ctx.services.reauthentication.prove({ identity: ctx.identity, proof, device })
      return { expires_in: freshProofSeconds }
    }),

  /** For `reauthenticate` with a passkey of the caller's. */
  reauthenticateOptions: protectedProcedure
    .meta({
      rest: {
        method: 'GET',
        path: '/users/me/reauthenticate',
        summary: 'What a browser asks for one of your passkeys with (WebAuthn)',
      },
    })
    .output(passkeyRequestSchema)
    .query(({ ctx: { services, identity } }) => services.passkeyCheck.prepare(identity.userId)),

  /** In a browser it needs no access token, which may have expired: signing out always works. */
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

/** What each way of signing in needs to know of the browser, or other client, that does. */
interface Here {
  client: Client
  transport: SessionTransport
  device: Device
}

async function signInHere(
  ctx: Context,
  grant: (here: Here) => Promise<Granted>,
): Promise<PageTokens> {
  const [cookie, deviceCookie] = [ctx.refreshCookie(), ctx.deviceCookie()]
  const granted = await grant({
    client: ctx.services.clients.web,
    transport: cookie.available ? 'cookie' : 'bearer',
    device: { ...ctx.device, deviceId: deviceCookie.read() },
  })
  deviceCookie.renew(granted.session.deviceId)
  return keepInCookie(cookie, granted)
}

/** The token stays out of the answer wherever the browser keeps it better (R69). */
function keepInCookie(cookie: RefreshCookie, { tokens, session }: Granted): PageTokens {
  if (!cookie.available) return tokens
  const { refresh_token, ...withoutIt } = tokens
  cookie.set(refresh_token, session)
  return { ...withoutIt, ...(session.persistent && { persistent: true }) }
}
