// A password that an admin gives to a user: typed, or made here and shown once, to be handed over.

import { useId, useRef, useState } from 'react'
import { CopyButton } from '../../components/copy-button.tsx'
import { usersStrings as words } from '../../strings/users.ts'
import { makePassphrase } from './passphrase.ts'

interface HandedPasswordFieldProps {
  label: string
  problem: string | undefined
}

export function HandedPasswordField({ label, problem }: HandedPasswordFieldProps) {
  const id = useId()
  const input = useRef<HTMLInputElement>(null)
  const [shown, setShown] = useState(false)
  const [isMade, setIsMade] = useState(false)

  function makeOne() {
    const field = input.current
    if (!field) return
    field.value = makePassphrase()
    // The error of the previous one no longer applies.
    field.dispatchEvent(new Event('input', { bubbles: true }))
    setShown(true)
    setIsMade(true)
    field.focus()
    field.select()
  }

  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="handed-password">
        <input
          ref={input}
          id={id}
          name="password"
          type={shown ? 'text' : 'password'}
          className={shown ? 'mono' : undefined}
          // Not one of this browser's own passwords: it must offer none of them, nor store this one.
          autoComplete="new-password"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-note`}
          onInput={(event) => {
            if (event.nativeEvent instanceof InputEvent) setIsMade(false)
          }}
        />
        <button
          type="button"
          className="btn"
          aria-label={words.showPassword}
          aria-pressed={shown}
          aria-controls={id}
          onClick={() => setShown(!shown)}
        >
          {words.show}
        </button>
        <button type="button" className="btn" onClick={makeOne}>
          {words.makeOne}
        </button>
        {isMade && <CopyButton read={() => input.current?.value ?? ''} />}
      </div>
      <p
        id={`${id}-note`}
        className={problem === undefined ? 'field-note' : 'field-note bad'}
        aria-live="polite"
      >
        {problem ?? (isMade ? words.passwordMade : words.passwordNote)}
      </p>
    </div>
  )
}
