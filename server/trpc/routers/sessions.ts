// Your sessions: listed, ended, confirmed; and a stream of changes to the list.

import { z } from 'zod'
import type { OwnSession, OwnSessionList } from '../../auth/account/own-sessions.ts'
import { toRfc3339 } from '../../contract/rfc3339.ts'
import {
  type Session,
  type SessionChanges,
  type SessionList,
  sessionIdSchema,
  sessionListSchema,
} from '../../contract/sessions.ts'
import { liveProcedure } from '../live-procedure.ts'
import { router, scopedProcedure } from '../procedures.ts'

export const sessionsRouter = router({
  list: scopedProcedure('me')
    .meta({ rest: { method: 'GET', path: '/sessions', summary: 'Where you are signed in' } })
    .output(sessionListSchema)
    .query(async ({ ctx }) => toSessionList(await ctx.services.ownSessions.list(ctx.identity))),

  /** The whole list at once, and then what has changed since, at most once a second. */
  changes: liveProcedure('me').subscription(async function* ({ ctx }) {
    const { services, identity, stream } = ctx
    const changes = services.ownSessions.changes(identity, stream.signal)
    for await (const { isWhole, ended, ...list } of changes) {
      yield { ...toSessionList(list), ended, is_whole: isWhole } satisfies SessionChanges
    }
  }),

  end: scopedProcedure('me:write')
    .meta({
      rest: { method: 'DELETE', path: '/sessions/{id}', summary: 'Sign out of one session' },
    })
    .input(sessionIdSchema)
    .output(z.object({ id: z.string() }))
    .mutation(async ({ ctx, input: { id } }) => {
      await ctx.services.ownSessions.end(ctx.identity, id, ctx.device)
      return { id }
    }),

  endOthers: scopedProcedure('me:write')
    .meta({
      rest: { method: 'DELETE', path: '/sessions', summary: 'Sign out everywhere else' },
    })
    .output(z.object({ ended: z.int() }))
    .mutation(async ({ ctx }) => ({
      ended: await ctx.services.ownSessions.endOthers(ctx.identity, ctx.device),
    })),

  confirm: scopedProcedure('me:write')
    .meta({
      rest: {
        method: 'POST',
        path: '/sessions/{id}/confirm',
        summary: 'Say that the new device of a session is yours',
      },
    })
    .input(sessionIdSchema)
    .output(z.object({ id: z.string() }))
    .mutation(async ({ ctx, input: { id } }) => {
      await ctx.services.ownSessions.confirm(ctx.identity, id, ctx.device)
      return { id }
    }),
})

function toSessionList({ sessions, total }: OwnSessionList): SessionList {
  return { sessions: sessions.map(toSession), total }
}

export function toSession(session: OwnSession): Session {
  return {
    id: session.id,
    is_current: session.isCurrent,
    device: session.deviceName,
    is_new_device: session.isNewDevice,
    address: session.address,
    transport: session.transport,
    client_id: session.clientId,
    client_name: session.clientName,
    scopes: [...session.scopes],
    persistent: session.persistent,
    created_at: toRfc3339(session.createdAtMs),
    last_used_at: toRfc3339(session.lastUsedAtMs),
    expires_at: toRfc3339(session.expiresAtMs),
    ends_at: toRfc3339(session.endsAtMs),
    idle_seconds: session.idleMs / 1_000,
  }
}
