// Your own account: changed, deleted, exported, and its security notices.

import { z } from 'zod'
import {
  currentPasswordSchema,
  noticeDismissalSchema,
  noticeListSchema,
  passwordChangedSchema,
  passwordChangeSchema,
  profileChangeSchema,
} from '../../contract/account.ts'
import { dataExportInputSchema, dataExportSchema } from '../../contract/data-export.ts'
import { toRfc3339 } from '../../contract/rfc3339.ts'
import { deviceIdSchema, deviceListSchema } from '../../contract/user-details.ts'
import { userSchema } from '../../contract/users.ts'
import { featureExportSchemas } from '../feature-routers.ts'
import { router, scopedProcedure } from '../procedures.ts'
import { toDevice } from './user-details.ts'
import { toUser } from './users.ts'

export const accountRouter = router({
  updateProfile: scopedProcedure('me:write')
    .meta({
      proof: 'some',
      rest: { method: 'PATCH', path: '/users/me', summary: 'Change your name or email' },
    })
    .input(profileChangeSchema)
    .output(userSchema)
    .mutation(async ({ ctx, input }) => {
      const user = await ctx.services.changeProfile({
        identity: ctx.identity,
        fullName: input.full_name,
        email: input.email,
        currentPassword: input.current_password,
        device: ctx.knownDevice(),
      })
      return toUser(user)
    }),

  changePassword: scopedProcedure('me:write')
    .meta({
      proof: 'all',
      rest: {
        method: 'POST',
        path: '/users/me/password',
        summary: 'Change your password, and end your other sessions',
      },
    })
    .input(passwordChangeSchema)
    .output(passwordChangedSchema)
    .mutation(async ({ ctx, input }) => {
      const endedSessions = await ctx.services.changePassword({
        identity: ctx.identity,
        currentPassword: input.current_password,
        newPassword: input.new_password,
        device: ctx.knownDevice(),
      })
      return { ended_sessions: endedSessions }
    }),

  delete: scopedProcedure('me:write')
    .meta({
      proof: 'all',
      rest: {
        method: 'DELETE',
        path: '/users/me',
        summary: 'Delete your account, and all that belongs to it',
      },
    })
    .input(currentPasswordSchema)
    .output(z.object({ id: z.string() }))
    .mutation(async ({ ctx, input }) => {
      await ctx.services.deleteAccount({
        identity: ctx.identity,
        currentPassword: input.current_password,
        device: ctx.knownDevice(),
      })
      return { id: ctx.identity.userId }
    }),

  /** A mutation: it is logged, and the password that it may take must not stand in a URL. */
  export: scopedProcedure('me:write')
    .meta({
      proof: 'all',
      rest: {
        method: 'POST',
        path: '/users/me/export',
        summary: 'Everything that is held about you, a page at a time',
      },
    })
    .input(dataExportInputSchema)
    .output(dataExportSchema.extend(featureExportSchemas).meta({ id: 'DataExport' }))
    .mutation(async ({ ctx, input }) => {
      const { user, features, ...data } = await ctx.services.exportData({
        identity: ctx.identity,
        currentPassword: input.current_password,
        cursor: input.cursor,
        device: ctx.knownDevice(),
      })
      return { ...data, ...features, profile: toUser(user) }
    }),

  devices: scopedProcedure('me')
    .meta({
      rest: {
        method: 'GET',
        path: '/users/me/devices',
        summary: 'The browsers that you have signed in with',
      },
    })
    .output(deviceListSchema)
    .query(async ({ ctx: { services, identity } }) => {
      const [devices, session] = await Promise.all([
        services.readDevices(identity.userId),
        services.sessions.findLive(identity.sessionId),
      ])
      return { devices: devices.map((device) => toDevice(device, session?.deviceId)) }
    }),

  forgetDevice: scopedProcedure('me:write')
    .meta({
      rest: {
        method: 'DELETE',
        path: '/users/me/devices/{id}',
        summary: 'Forget a device: it counts as new at its next sign-in',
      },
    })
    .input(deviceIdSchema)
    .output(deviceIdSchema)
    .mutation(async ({ ctx: { services, identity, device }, input: { id } }) => {
      const { userId, sessionId } = identity
      await services.forgetDevice(userId, id, { sessionId, device })
      return { id }
    }),

  notices: scopedProcedure('me')
    .output(noticeListSchema)
    .query(async ({ ctx }) => {
      const notices = await ctx.services.securityNotices.list(ctx.identity)
      return {
        notices: notices.map(({ id, kind, atMs, address, deviceName, ...question }) => ({
          id,
          kind,
          at: toRfc3339(atMs),
          address,
          device: deviceName,
          session_id: question.newDeviceSessionId,
          may_confirm: question.mayConfirm,
        })),
      }
    }),

  dismissNotices: scopedProcedure('me:write')
    .input(noticeDismissalSchema)
    .mutation(async ({ ctx, input }) => {
      await ctx.services.securityNotices.dismiss(ctx.identity, Date.parse(input.up_to))
      return null
    }),
})
