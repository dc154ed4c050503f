// A labelled field of a dialog, with a line for a hint or an error: nothing moves.

import { type ComponentProps, useId } from 'react'
import { usersStrings as words } from '../../strings/users.ts'

interface FieldProps extends ComponentProps<'input'> {
  name: string
  label: string
  isOptional?: boolean
  problem: string | undefined
}

export function Field({ label, isOptional = false, problem, ...input }: FieldProps) {
  const id = useId()
  return (
    <div className="field">
      <label htmlFor={id}>
        {label} {isOptional && <span className="optional">{words.optional}</span>}
      </label>
      <input
        id={id}
        type="text"
        dir="auto"
        autoComplete="off"
        autoCapitalize="none"
        spellCheck={false}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-note`}
        {...input}
      />
      <p id={`${id}-note`} className="field-note bad">
        {problem}
      </p>
    </div>
  )
}
