// The current password, in an account form that always asks for it.

import { CurrentPasswordField } from '../../components/forms/current-password-field.tsx'
import { accountStrings } from '../../strings/account.ts'
import type { AccountForm } from './use-account-form.ts'

export function AccountPasswordField({ form }: { form: AccountForm }) {
  return (
    <CurrentPasswordField
      id={form.idOf('current_password')}
      name="current_password"
      label={accountStrings.form.currentPassword}
      problem={form.problems.current_password}
      busy={form.busy}
    />
  )
}
