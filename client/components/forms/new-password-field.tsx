// One field for a new password: the rule shows before typing, and the length while it is typed.

import { useEffect, useRef, useState } from 'react'
import { countPasswordCharacters } from '../../../server/contract/credential-rules.ts'
import { passwordStrings as words } from '../../strings/password.ts'
import { PasswordInput } from './password-input.tsx'

interface NewPasswordFieldProps {
  id: string
  name: string
  label: string
  /** The rule, or what is wrong. */
  note: string
  invalid: 'true' | 'false'
  /** The minimum length, in digits where the page is prerendered. */
  minimum: number | string
  busy: boolean
}

export function NewPasswordField(props: NewPasswordFieldProps) {
  const { id, name, label, note, invalid, minimum, busy } = props
  const field = useRef<HTMLDivElement>(null)
  const [typed, setTyped] = useState(0)
  const [capsLock, setCapsLock] = useState(false)

  // Typed before the scripts arrived; and empty again when its form is.
  useEffect(() => {
    const input = field.current?.querySelector('input')
    const count = () => setTyped(countPasswordCharacters(input?.value ?? ''))
    const empty = () => setTyped(0)
    count()
    input?.form?.addEventListener('reset', empty)
    return () => input?.form?.removeEventListener('reset', empty)
  }, [])

  return (
    <div ref={field} className="field">
      <div className="label-row">
        <label htmlFor={id}>{label}</label>
        <span className="typed" aria-hidden="true">
          {typed > 0 && words.typed(typed, Number(minimum))}
        </span>
      </div>
      <PasswordInput
        id={id}
        name={name}
        autoComplete="new-password"
        aria-invalid={invalid}
        aria-describedby={`${id}-note`}
        busy={busy}
        onCapsLock={setCapsLock}
        onInput={(event) => setTyped(countPasswordCharacters(event.currentTarget.value))}
      />
      <p id={`${id}-note`} className="field-note" aria-live="polite">
        {capsLock && invalid === 'false' ? words.capsLock : note}
      </p>
    </div>
  )
}
