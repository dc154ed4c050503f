// Asks before a user is disabled.

import { trpc } from '../../api/trpc.ts'
import { usersStrings as words } from '../../strings/users.ts'
import { FormDialog } from './form-dialog.tsx'
import type { UserDialogProps } from './user-dialog-props.ts'

export function DisableUserDialog({ user, name, onDone, onClose }: UserDialogProps) {
  const disable = trpc.users.disable.useMutation()
  return (
    <FormDialog
      heading={words.disableHeading(name)}
      text={words.disableText(user.session_count)}
      submitLabel={words.disable}
      isDanger
      onSubmit={async () => {
        await disable.mutateAsync({ id: user.id })
        onDone(words.wasDisabled(name))
      }}
      onClose={onClose}
    />
  )
}
