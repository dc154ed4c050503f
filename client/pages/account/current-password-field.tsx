// The current password, of a form that always asks for it.

import { useState } from 'react'
import { PasswordInput } from '../../components/forms/password-input.tsx'
import { accountStrings } from '../../strings/account.ts'
import { passwordStrings } from '../../strings/password.ts'
import type { AccountForm } from './use-account-form.ts'

export function CurrentPasswordField({ form }: { form: AccountForm }) {
  const [capsLock, setCapsLock] = useState(false)
  const id = form.idOf('current_password')
  const problem = form.problems.current_password
  return (
    <div className="field">
      <label htmlFor={id}>{accountStrings.form.currentPassword}</label>
      <PasswordInput
        id={id}
        name="current_password"
        autoComplete="current-password"
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-note`}
        busy={form.busy}
        onCapsLock={setCapsLock}
      />
      <p id={`${id}-note`} className="field-note" aria-live="polite">
        {problem ?? (capsLock && passwordStrings.capsLock)}
      </p>
    </div>
  )
}
