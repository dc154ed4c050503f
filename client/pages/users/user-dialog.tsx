// The dialog about one user that an action opens; its code is loaded with the first one.

import type { ComponentType } from 'react'
import { ChangeRoleDialog } from './change-role-dialog.tsx'
import { DisableUserDialog } from './disable-user-dialog.tsx'
import { EndSessionsDialog } from './end-sessions-dialog.tsx'
import { SetPasswordDialog } from './set-password-dialog.tsx'
import type { DialogAction } from './user-action.ts'
import type { UserDialogProps } from './user-dialog-props.ts'

const dialogs: Record<DialogAction, ComponentType<UserDialogProps>> = {
  changeRole: ChangeRoleDialog,
  setPassword: SetPasswordDialog,
  endSessions: EndSessionsDialog,
  disable: DisableUserDialog,
}

export default function UserDialog({
  action,
  ...props
}: UserDialogProps & { action: DialogAction }) {
  const Dialog = dialogs[action]
  return <Dialog {...props} />
}
