// The input of a password with its Show button, and a hint about the Caps Lock key.

import { type ComponentProps, type KeyboardEvent, useEffect, useState } from 'react'
import { passwordStrings as words } from '../../strings/password.ts'

interface PasswordInputProps extends Omit<ComponentProps<'input'>, 'type'> {
  id: string
  /** Hidden again once it is sent. */
  busy: boolean
  onCapsLock: (isOn: boolean) => void
}

export function PasswordInput({ busy, onCapsLock, ...input }: PasswordInputProps) {
  const [shown, setShown] = useState(false)

  // Hidden again once it is sent, and when the browser brings the page back from its cache.
  useEffect(() => {
    if (busy) setShown(false)
  }, [busy])
  useEffect(() => {
    const hide = () => setShown(false)
    addEventListener('pageshow', hide)
    return () => removeEventListener('pageshow', hide)
  }, [])

  const readCapsLock = (event: KeyboardEvent) => onCapsLock(event.getModifierState('CapsLock'))

  return (
    <div className="password">
      <input
        {...input}
        type={shown ? 'text' : 'password'}
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        required
        onKeyDown={readCapsLock}
        onKeyUp={readCapsLock}
        onBlur={() => onCapsLock(false)}
      />
      <button
        type="button"
        aria-label={words.showPassword}
        aria-pressed={shown}
        aria-controls={input.id}
        onClick={() => setShown(!shown)}
      >
        {words.show}
      </button>
    </div>
  )
}
