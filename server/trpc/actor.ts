// Who acts: a user, or a machine in its own name.

import type { Actor } from '../auth/sessions/account-change.ts'
import type { Identity } from '../auth/tokens/identity.ts'
import type { Context } from './context.ts'

type CallerContext = Context & { identity: Identity }

export function actorOf({ identity, device }: CallerContext): Actor {
  const { clientId } = identity
  return { id: identity.kind === 'user' ? identity.userId : clientId, clientId, device }
}
