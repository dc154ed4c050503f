// Asks before a user is signed out everywhere.

import { trpc } from '../../api/trpc.ts'
import { usersStrings as words } from '../../strings/users.ts'
import { FormDialog } from './form-dialog.tsx'
import type { UserDialogProps } from './user-dialog-props.ts'

export function EndSessionsDialog({ user, name, onDone, onClose }: UserDialogProps) {
  const endSessions = trpc.users.endSessions.useMutation()
  return (
    <FormDialog
      heading={words.endHeading(name)}
      text={words.endText(user.session_count)}
      submitLabel={words.endSubmit(user.session_count)}
      isDanger
      onSubmit={async () => {
        const { sessions_ended } = await endSessions.mutateAsync({ id: user.id })
        onDone(words.wereEnded(name, sessions_ended))
      }}
      onClose={onClose}
    />
  )
}
