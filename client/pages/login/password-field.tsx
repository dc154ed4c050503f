// The password with its Show button and the Caps Lock hint.

import { type KeyboardEvent, useEffect, useState } from 'react'
import { signInStrings as words } from '../../strings/sign-in.ts'

export function PasswordField({ error, busy }: { error: string; busy: boolean }) {
  const [shown, setShown] = useState(false)
  const [capsLock, setCapsLock] = useState(false)

  // Hidden again once it is sent, and when the browser brings the page back from its cache.
  useEffect(() => {
    if (busy) setShown(false)
  }, [busy])
  useEffect(() => {
    const hide = () => setShown(false)
    addEventListener('pageshow', hide)
    return () => removeEventListener('pageshow', hide)
  }, [])

  const readCapsLock = (event: KeyboardEvent) => setCapsLock(event.getModifierState('CapsLock'))

  return (
    <div className="field">
      <label htmlFor="password">{words.password}</label>
      <div className="password">
        <input
          id="password"
          name="password"
          type={shown ? 'text' : 'password'}
          autoComplete="current-password"
          autoCapitalize="none"
          autoCorrect="off"
          spellCheck={false}
          required
          aria-invalid={error !== ''}
          aria-describedby="password-note"
          onKeyDown={readCapsLock}
          onKeyUp={readCapsLock}
          onBlur={() => setCapsLock(false)}
        />
        <button
          type="button"
          aria-label={words.showPassword}
          aria-pressed={shown}
          aria-controls="password"
          onClick={() => setShown(!shown)}
        >
          {words.show}
        </button>
      </div>
      <p id="password-note" className={error ? 'field-note bad' : 'field-note'} aria-live="polite">
        {error || (capsLock ? words.capsLock : '')}
      </p>
    </div>
  )
}
