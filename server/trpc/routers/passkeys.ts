// Your passkeys: listed, added, renamed, removed.

import { currentPasswordSchema } from '../../contract/account.ts'
import {
  passkeyAddSchema,
  passkeyIdSchema,
  passkeyListSchema,
  passkeyRemovalSchema,
  passkeyRenameSchema,
  passkeySchema,
} from '../../contract/passkeys.ts'
import { passkeyCreationSchema } from '../../contract/webauthn.ts'
import { router, scopedProcedure } from '../procedures.ts'

const path = '/users/me/passkeys'

export const passkeysRouter = router({
  list: scopedProcedure('me')
    .meta({ rest: { method: 'GET', path, summary: 'Your passkeys, oldest first' } })
    .output(passkeyListSchema)
    .query(async ({ ctx: { services, identity } }) => ({
      passkeys: await services.ownPasskeys.list(identity.userId),
      user_handle: identity.userId,
    })),

  /** A mutation: it is logged, and the password that it may take must not stand in a URL. */
  prepare: scopedProcedure('me:write')
    .meta({
      proof: 'all',
      rest: {
        method: 'POST',
        path: `${path}/options`,
        summary: 'What a browser makes a new passkey from (WebAuthn)',
      },
    })
    .input(currentPasswordSchema)
    .output(passkeyCreationSchema)
    .mutation(({ ctx, input }) =>
      ctx.services.ownPasskeys.prepare({
        identity: ctx.identity,
        currentPassword: input.current_password,
        device: ctx.knownDevice(),
      }),
    ),

  /** The options needed the proof: they count five minutes, and once. */
  add: scopedProcedure('me:write')
    .meta({ rest: { method: 'POST', path, summary: 'Add a passkey', successStatus: 201 } })
    .input(passkeyAddSchema)
    .output(passkeySchema)
    .mutation(({ ctx, input }) => {
      const { identity, device } = ctx
      return ctx.services.ownPasskeys.add({ identity, device, ...input })
    }),

  rename: scopedProcedure('me:write')
    .meta({ rest: { method: 'PATCH', path: `${path}/{id}`, summary: 'Rename a passkey' } })
    .input(passkeyRenameSchema)
    .output(passkeySchema)
    .mutation(({ ctx, input }) => {
      const { identity, device } = ctx
      return ctx.services.ownPasskeys.rename({ identity, device, ...input })
    }),

  remove: scopedProcedure('me:write')
    .meta({
      proof: 'all',
      rest: { method: 'DELETE', path: `${path}/{id}`, summary: 'Remove a passkey' },
    })
    .input(passkeyRemovalSchema)
    .output(passkeyIdSchema)
    .mutation(async ({ ctx, input: { id, current_password: currentPassword } }) => {
      const { identity, services } = ctx
      const device = ctx.knownDevice()
      await services.ownPasskeys.remove({ identity, device, id, currentPassword })
      return { id }
    }),
})
