// Makes an account for a person, with a password to hand over.

import type { User } from '../../../server/contract/users.ts'
import { trpc } from '../../api/trpc.ts'
import { usersStrings as words } from '../../strings/users.ts'
import { Field } from './field.tsx'
import { FormDialog } from './form-dialog.tsx'
import { HandedPasswordField } from './handed-password-field.tsx'
import { RoleField, readRole } from './role-field.tsx'

interface CreateUserDialogProps {
  onDone: (user: User) => void
  onClose: () => void
}

const labels = {
  username: words.username,
  full_name: words.fullName,
  email: words.email,
  password: words.password,
}

export function CreateUserDialog({ onDone, onClose }: CreateUserDialogProps) {
  const create = trpc.users.create.useMutation()

  async function submit(fields: FormData) {
    const text = (name: string) => String(fields.get(name) ?? '').trim()
    const user = await create.mutateAsync({
      username: text('username'),
      full_name: text('full_name') || null,
      email: text('email') || null,
      role: readRole(fields),
      password: String(fields.get('password')),
    })
    onDone(user)
  }

  return (
    <FormDialog
      heading={words.addHeading}
      submitLabel={words.create}
      labels={labels}
      onSubmit={submit}
      onClose={onClose}
    >
      {(problems) => (
        <>
          <Field name="username" label={words.username} problem={problems.username} />
          <Field
            name="full_name"
            label={words.fullName}
            isOptional
            autoCapitalize="words"
            problem={problems.full_name}
          />
          <Field
            name="email"
            label={words.email}
            isOptional
            inputMode="email"
            problem={problems.email}
          />
          <HandedPasswordField label={words.password} problem={problems.password} />
          <RoleField value="user" />
        </>
      )}
    </FormDialog>
  )
}
