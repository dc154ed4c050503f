// The current password, for every form that needs a proof: with its Show button, its error and the
// Caps Lock hint.

import { useState } from 'react'
import { passwordStrings } from '../../strings/password.ts'
import { PasswordInput } from './password-input.tsx'

interface CurrentPasswordFieldProps {
  id: string
  name: string
  label: string
  problem: string | undefined
  busy: boolean
}

export function CurrentPasswordField(props: CurrentPasswordFieldProps) {
  const { id, name, label, problem, busy } = props
  const [capsLock, setCapsLock] = useState(false)
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <PasswordInput
        id={id}
        name={name}
        autoComplete="current-password"
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-note`}
        busy={busy}
        onCapsLock={setCapsLock}
      />
      <p id={`${id}-note`} className="field-note" aria-live="polite">
        {problem ?? (capsLock && passwordStrings.capsLock)}
      </p>
    </div>
  )
}
