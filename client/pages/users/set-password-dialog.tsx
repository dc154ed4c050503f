// Gives a user a new password; all their sessions end with the old one.

import { trpc } from '../../api/trpc.ts'
import { usersStrings as words } from '../../strings/users.ts'
import { FormDialog } from './form-dialog.tsx'
import { HandedPasswordField } from './handed-password-field.tsx'
import type { UserDialogProps } from './user-dialog-props.ts'

const labels = { password: words.password }

export function SetPasswordDialog({ user, name, onDone, onClose }: UserDialogProps) {
  const setPassword = trpc.users.setPassword.useMutation()

  async function submit(fields: FormData) {
    const password = String(fields.get('password'))
    const { sessions_ended } = await setPassword.mutateAsync({ id: user.id, password })
    onDone(words.passwordSet(name, sessions_ended))
  }

  return (
    <FormDialog
      heading={words.setPasswordHeading(name)}
      text={words.setPasswordText}
      submitLabel={words.setPassword}
      labels={labels}
      onSubmit={submit}
      onClose={onClose}
    >
      {(problems) => (
        <>
          {/* So that a password manager takes it for this account's, and not for the admin's
              own. */}
          <input
            className="visually-hidden"
            type="text"
            name="username"
            autoComplete="username"
            defaultValue={user.username}
            aria-hidden="true"
            tabIndex={-1}
            readOnly
          />
          <HandedPasswordField label={words.newPassword} problem={problems.password} />
        </>
      )}
    </FormDialog>
  )
}
