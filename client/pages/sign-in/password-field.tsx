// The password with its Show button and the Caps Lock hint.

import { useState } from 'react'
import { PasswordInput } from '../../components/forms/password-input.tsx'
import { passwordStrings } from '../../strings/password.ts'
import { signInStrings as words } from '../../strings/sign-in.ts'

export function PasswordField({ error, busy }: { error: string; busy: boolean }) {
  const [capsLock, setCapsLock] = useState(false)
  return (
    <div className="field">
      <label htmlFor="password">{words.password}</label>
      <PasswordInput
        id="password"
        name="password"
        autoComplete="current-password"
        aria-invalid={error !== ''}
        aria-describedby="password-note"
        busy={busy}
        onCapsLock={setCapsLock}
      />
      <p id="password-note" className="field-note" aria-live="polite">
        {error || (capsLock ? passwordStrings.capsLock : '')}
      </p>
    </div>
  )
}
