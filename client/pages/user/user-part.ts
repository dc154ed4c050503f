// The props of every part of the page of one user.

import type { UserDetails } from '../../../server/contract/user-details.ts'

export interface UserPart {
  user: UserDetails
  isSelf: boolean
  canWrite: boolean
  /** Something has changed: says what, and loads what may show it. */
  announce: (text: string) => void
}
