// Gives a user another role.

import { trpc } from '../../api/trpc.ts'
import { strings } from '../../strings/shell.ts'
import { usersStrings as words } from '../../strings/users.ts'
import { FormDialog } from './form-dialog.tsx'
import { RoleField, readRole } from './role-field.tsx'
import type { UserDialogProps } from './user-dialog-props.ts'

export function ChangeRoleDialog({ user, name, isSelf, onDone, onClose }: UserDialogProps) {
  const setRole = trpc.users.setRole.useMutation()

  async function submit(fields: FormData) {
    const role = readRole(fields)
    if (role === user.role) return
    await setRole.mutateAsync({ id: user.id, role })
    onDone(words.roleChanged(name, strings.roles[role]))
  }

  return (
    <FormDialog
      heading={words.changeRoleHeading(name)}
      text={isSelf ? words.ownRoleText : words.changeRoleText}
      submitLabel={words.save}
      onSubmit={submit}
      onClose={onClose}
    >
      {() => <RoleField value={user.role} />}
    </FormDialog>
  )
}
