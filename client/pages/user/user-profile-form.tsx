// A user's name and email, as an admin changes them.

import { trpc } from '../../api/trpc.ts'
import { TextField } from '../../components/forms/text-field.tsx'
import { userStrings } from '../../strings/user.ts'
import { AccountSection, FormEnd } from '../account/account-section.tsx'
import { readChange } from '../account/profile-section.tsx'
import { useAccountForm } from '../account/use-account-form.ts'
import { useSavedFields } from '../account/use-saved-fields.ts'
import type { UserPart } from './user-part.ts'

const words = userStrings.profile

export function UserProfileForm({ user, canWrite, readAtMs }: UserPart & { readAtMs: number }) {
  const users = trpc.useUtils().users
  const update = trpc.users.update.useMutation()
  const form = useAccountForm({
    name: `user-${user.id}`,
    labels: { full_name: words.fullName, email: words.email },
    async send(element) {
      const change = readChange(element)
      if (Object.keys(change).length === 0) return words.unchanged
      await update.mutateAsync({ id: user.id, ...change })
      noteSaved()
      await users.invalidate()
      return words.saved
    },
  })
  const noteSaved = useSavedFields(form.ref, readAtMs)

  return (
    <AccountSection
      id="profile"
      heading={words.heading}
      note={canWrite ? words.note : words.readOnly}
    >
      <form ref={form.ref} noValidate {...form.handlers}>
        <TextField
          id={form.idOf('full_name')}
          name="full_name"
          label={words.fullName}
          note={form.problems.full_name ?? words.fullNameNote}
          aria-invalid={form.problems.full_name !== undefined}
          autoComplete="off"
          readOnly={!canWrite}
          defaultValue={user.full_name ?? ''}
        />
        <TextField
          id={form.idOf('email')}
          name="email"
          type="email"
          label={words.email}
          note={form.problems.email ?? words.emailNote}
          aria-invalid={form.problems.email !== undefined}
          autoComplete="off"
          readOnly={!canWrite}
          defaultValue={user.email ?? ''}
        />
        {canWrite && <FormEnd form={form} submit={words.save} />}
      </form>
    </AccountSection>
  )
}
