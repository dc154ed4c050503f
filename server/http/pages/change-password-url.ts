// Where password managers send their users: "A Well-Known URL for Changing Passwords" of the W3C.

import type { FastifyInstance } from 'fastify'
import { appPages } from '../../contract/app-pages.ts'
import { changePasswordFragment } from '../../contract/pages.ts'

/** A plain redirect (§3.1): a user who is not signed in comes back here after signing in. */
export async function changePasswordUrl(app: FastifyInstance): Promise<void> {
  app.get('/.well-known/change-password', async (_request, reply) =>
    reply
      .header('cache-control', 'no-store')
      .redirect(`${appPages.account.path}#${changePasswordFragment}`, 302),
  )
}
