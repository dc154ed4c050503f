// What commands say about a user in JSON, in the words of the API.

import type { UserRecord } from '../auth/users/users.ts'
import { toRfc3339 } from '../contract/rfc3339.ts'

export function toUserFacts(user: UserRecord) {
  return {
    id: user.id,
    username: user.username,
    email: user.email,
    full_name: user.fullName,
    role: user.role,
    disabled: user.disabled,
    created_at: toRfc3339(user.createdAtMs),
    last_seen_at: user.lastSeenAtMs === null ? null : toRfc3339(user.lastSeenAtMs),
  }
}
