// A labelled text input with a line below: a hint, or what is wrong.

import type { ComponentProps } from 'react'

interface TextFieldProps extends ComponentProps<'input'> {
  id: string
  label: string
  note: string
}

/** Uncontrolled, like every field here: what was typed before the scripts arrived stays. */
export function TextField({ label, note, ...input }: TextFieldProps) {
  return (
    <div className="field">
      <label htmlFor={input.id}>{label}</label>
      <input type="text" dir="auto" {...input} aria-describedby={`${input.id}-note`} />
      <p id={`${input.id}-note`} className="field-note">
        {note}
      </p>
    </div>
  )
}
