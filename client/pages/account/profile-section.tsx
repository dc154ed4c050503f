// Name and email address. Only what was changed is sent, so that two tabs do not undo each other.

import type { User } from '../../../server/contract/users.ts'
import { trpc } from '../../api/trpc.ts'
import { TextField } from '../../components/forms/text-field.tsx'
import { accountStrings } from '../../strings/account.ts'
import { AccountSection, FormEnd } from './account-section.tsx'
import { useAccountForm } from './use-account-form.ts'
import { useSavedFields } from './use-saved-fields.ts'

const words = accountStrings.profile

interface ProfileSectionProps {
  user: User
  /** When the profile was last loaded from the server. */
  readAtMs: number
}

export function ProfileSection({ user, readAtMs }: ProfileSectionProps) {
  const me = trpc.useUtils().users.me
  const update = trpc.account.updateProfile.useMutation()
  const form = useAccountForm({
    name: 'profile',
    labels: { full_name: words.fullName, email: accountStrings.email },
    async send(element) {
      const change = readChange(element)
      if (Object.keys(change).length === 0) return words.unchanged
      const saved = await update.mutateAsync(change)
      noteSaved()
      me.setData(undefined, saved)
      return words.saved
    },
  })

  const noteSaved = useSavedFields(form.ref, readAtMs)

  return (
    <AccountSection id="profile" heading={words.heading} note={words.note}>
      <form ref={form.ref} noValidate {...form.handlers}>
        <TextField
          id={form.idOf('full_name')}
          name="full_name"
          label={words.fullName}
          note={form.problems.full_name ?? words.fullNameNote}
          aria-invalid={form.problems.full_name !== undefined}
          autoComplete="name"
          defaultValue={user.full_name ?? ''}
        />
        <TextField
          id={form.idOf('email')}
          name="email"
          type="email"
          label={accountStrings.email}
          note={form.problems.email ?? words.emailNote}
          aria-invalid={form.problems.email !== undefined}
          autoComplete="email"
          defaultValue={user.email ?? ''}
        />
        <FormEnd form={form} submit={words.save} />
      </form>
    </AccountSection>
  )
}

/** Of the fields that were changed. */
export function readChange(form: HTMLFormElement): { full_name?: string; email?: string } {
  const changed = ['full_name', 'email'].flatMap((name) => {
    const input = form.elements.namedItem(name)
    const isChanged = input instanceof HTMLInputElement && input.value !== input.defaultValue
    return isChanged ? [[name, input.value]] : []
  })
  return Object.fromEntries(changed)
}
