// Changing the password: it says what that ended, and users who were sent here for it find it.

import { useEffect } from 'react'
import { passwordMinLengthDefault } from '../../../server/contract/credential-rules.ts'
import { changePasswordFragment } from '../../../server/contract/pages.ts'
import { trpc } from '../../api/trpc.ts'
import { NewPasswordField } from '../../components/forms/new-password-field.tsx'
import { PasswordOwner } from '../../components/forms/password-owner.tsx'
import { accountStrings } from '../../strings/account.ts'
import { AccountPasswordField } from './account-password-field.tsx'
import { AccountSection, FormEnd } from './account-section.tsx'
import { useAccountForm } from './use-account-form.ts'

const words = accountStrings.password
const firstFieldId = 'change-password-current_password'

export function PasswordSection({ username }: { username: string }) {
  const rules = trpc.auth.rules.useQuery(undefined, { staleTime: Number.POSITIVE_INFINITY })
  const minimum = rules.data?.password_min_length ?? passwordMinLengthDefault
  const change = trpc.account.changePassword.useMutation()

  const form = useAccountForm({
    name: 'change-password',
    labels: { new_password: words.newPassword },
    missing: { new_password: words.newPasswordMissing },
    async send(element, currentPassword = '') {
      const { ended_sessions } = await change.mutateAsync({
        current_password: currentPassword,
        new_password: String(new FormData(element).get('new_password')),
      })
      element.reset()
      return words.changed(ended_sessions)
    },
  })

  useEffect(() => {
    const goThere = () => {
      if (location.hash !== `#${changePasswordFragment}`) return
      const field = document.getElementById(firstFieldId)
      field?.closest('section')?.scrollIntoView()
      field?.focus({ preventScroll: true })
    }
    goThere()
    addEventListener('hashchange', goThere)
    return () => removeEventListener('hashchange', goThere)
  }, [])

  const problem = form.problems.new_password
  return (
    <AccountSection id="change-password" heading={words.heading} note={words.note}>
      <form ref={form.ref} noValidate {...form.handlers}>
        <PasswordOwner label={accountStrings.username} username={username} />
        <AccountPasswordField form={form} />
        <NewPasswordField
          id={form.idOf('new_password')}
          name="new_password"
          label={words.newPassword}
          note={problem ?? words.rule(minimum)}
          invalid={problem === undefined ? 'false' : 'true'}
          minimum={minimum}
          busy={form.busy}
        />
        <FormEnd form={form} submit={words.change} />
      </form>
    </AccountSection>
  )
}
