// What every dialog about one user is given.

import type { ListedUser } from '../../../server/contract/users.ts'

export interface UserDialogProps {
  user: ListedUser
  /** As the row shows it. */
  name: string
  isSelf: boolean
  /** The server has done it: what there is to say. */
  onDone: (text: string) => void
  onClose: () => void
}
