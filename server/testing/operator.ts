// Whoever runs Keycard, for tests in which something is done to a user by nobody in particular.

import type { Actor } from '../auth/sessions/account-change.ts'

export const operator: Actor = {
  id: 'operator',
  clientId: 'operator',
  device: { address: null, userAgent: null },
}
