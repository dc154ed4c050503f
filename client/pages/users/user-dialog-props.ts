// The props of every dialog about one user.

import type { ListedUser } from '../../../server/contract/users.ts'

export interface UserDialogProps {
  user: ListedUser
  /** As the row shows it. */
  name: string
  isSelf: boolean
  /** The server has done it: the sentence to show. */
  onDone: (text: string) => void
  onClose: () => void
}
