// One user, for admins: read with sessions and devices, changed, and deleted.

import { z } from 'zod'
import type { DetailedUser } from '../../auth/admin/user-details.ts'
import type { ListedDevice } from '../../auth/devices/device-list.ts'
import type { SignInLimit } from '../../auth/throttle/login-throttle.ts'
import { toRfc3339 } from '../../contract/rfc3339.ts'
import { sessionListSchema } from '../../contract/sessions.ts'
import {
  deviceListSchema,
  type KnownDevice,
  type UserDetails,
  userDetailsSchema,
  userDeviceSchema,
  userProfileChangeSchema,
  userSessionSchema,
} from '../../contract/user-details.ts'
import { userIdSchema, userSchema } from '../../contract/users.ts'
import { actorOf } from '../actor.ts'
import { anyCallerProcedure, provenProcedure, router } from '../procedures.ts'
import { toSession } from './sessions.ts'
import { toListedUser, toUser } from './users.ts'

export const userDetailsRouter = router({
  get: anyCallerProcedure('users:read')
    .meta({
      rest: {
        method: 'GET',
        path: '/users/{id}',
        summary: 'One user, and what slows their sign-in down',
      },
    })
    .input(userIdSchema)
    .output(userDetailsSchema)
    .query(async ({ ctx, input: { id } }) => toDetails(await ctx.services.userDetails.get(id))),

  sessions: anyCallerProcedure('users:read')
    .meta({
      rest: { method: 'GET', path: '/users/{id}/sessions', summary: 'Where a user is signed in' },
    })
    .input(userIdSchema)
    .output(sessionListSchema)
    .query(async ({ ctx, input: { id } }) => {
      const { sessions, total } = await ctx.services.userDetails.sessions(id)
      const { identity } = ctx
      const currentId = identity.kind === 'user' ? identity.sessionId : undefined
      const own = sessions.map((session) => ({ ...session, isCurrent: session.id === currentId }))
      return { sessions: own.map(toSession), total }
    }),

  devices: anyCallerProcedure('users:read')
    .meta({
      rest: {
        method: 'GET',
        path: '/users/{id}/devices',
        summary: 'The browsers that a user has signed in with',
      },
    })
    .input(userIdSchema)
    .output(deviceListSchema)
    .query(async ({ ctx, input: { id } }) => ({
      devices: (await ctx.services.userDetails.devices(id)).map((device) => toDevice(device)),
    })),

  update: provenProcedure('users:write')
    .meta({
      rest: { method: 'PATCH', path: '/users/{id}', summary: "Change a user's name or email" },
    })
    .input(userProfileChangeSchema)
    .output(userSchema)
    .mutation(async ({ ctx, input: { id, full_name, email } }) => {
      const profile = { fullName: full_name, email }
      return toUser(await ctx.services.userEditing.changeProfile(id, profile, actorOf(ctx)))
    }),

  endSession: provenProcedure('users:write')
    .meta({
      rest: {
        method: 'DELETE',
        path: '/users/{id}/sessions/{session_id}',
        summary: 'Sign a user out of one session',
      },
    })
    .input(userSessionSchema)
    .output(z.object({ session_id: z.string() }))
    .mutation(async ({ ctx, input: { id, session_id } }) => {
      await ctx.services.userEditing.endSession(id, session_id, actorOf(ctx))
      return { session_id }
    }),

  forgetDevice: provenProcedure('users:write')
    .meta({
      rest: {
        method: 'DELETE',
        path: '/users/{id}/devices/{device_id}',
        summary: 'Forget a device of a user: it counts as new at its next sign-in',
      },
    })
    .input(userDeviceSchema)
    .output(z.object({ device_id: z.string() }))
    .mutation(async ({ ctx, input: { id, device_id } }) => {
      await ctx.services.userEditing.forgetDevice(id, device_id, actorOf(ctx))
      return { device_id }
    }),

  delete: provenProcedure('users:write')
    .meta({
      rest: {
        method: 'DELETE',
        path: '/users/{id}',
        summary: 'Delete a user, and all that belongs to them',
      },
    })
    .input(userIdSchema)
    .output(z.object({ id: z.string() }))
    .mutation(async ({ ctx, input: { id } }) => {
      await ctx.services.userEditing.delete(id, actorOf(ctx))
      return { id }
    }),
})

function toDetails(user: DetailedUser): UserDetails {
  const { strangers, knownDevices, knownPlaces } = user.limits
  return {
    ...toListedUser(user),
    password_changed_at: toRfc3339(user.passwordChangedAtMs),
    sign_in_limits: {
      strangers: toLimit(strangers),
      known_devices: toLimit(knownDevices),
      known_places: toLimit(knownPlaces),
    },
  }
}

function toLimit({ failures, waitMs, isClosed }: SignInLimit) {
  return { failures, retry_after_seconds: Math.ceil(waitMs / 1_000), is_closed: isClosed }
}

export function toDevice(device: ListedDevice, currentId?: string | null): KnownDevice {
  return {
    id: device.id,
    device: device.name,
    address: device.address,
    is_current: device.id === currentId,
    created_at: toRfc3339(device.createdAtMs),
    last_used_at: toRfc3339(device.lastUsedAtMs),
  }
}
