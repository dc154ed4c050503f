// The username. Uncontrolled: what was typed before the scripts arrived stays.

import { signInStrings } from '../../strings/sign-in.ts'

export function UsernameField({ error, initial }: { error: string; initial: string }) {
  return (
    <div className="field">
      <label htmlFor="username">{signInStrings.username}</label>
      <input
        id="username"
        name="username"
        type="text"
        dir="auto"
        autoComplete="username"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        required
        defaultValue={initial}
        aria-invalid={error !== ''}
        aria-describedby="username-note"
      />
      <p id="username-note" className="field-note">
        {error}
      </p>
    </div>
  )
}
