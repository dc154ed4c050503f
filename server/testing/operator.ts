// The operator of Keycard, for tests in which an unspecified person does something to a user.

import type { Actor } from '../auth/sessions/account-change.ts'

export const operator: Actor = {
  id: 'operator',
  clientId: 'operator',
  device: { address: null, userAgent: null },
}
