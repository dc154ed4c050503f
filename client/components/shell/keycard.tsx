// The user's card: name, number, doors, and the reader light. A picture; its facts stand beside it.

import { strings } from '../../strings/shell.ts'
import { BrandMark } from './brand-mark.tsx'
import { Doors } from './doors.tsx'

interface KeycardProps {
  name: string
  number: string
  /** The scopes it grants. */
  opens: readonly string[]
}

export function Keycard({ name, number, opens }: KeycardProps) {
  return (
    <div className="keycard" aria-hidden="true" translate="no">
      <div className="keycard-brand">
        <BrandMark />
        {strings.productName}
        <span className="led on" />
      </div>
      <div className="keycard-number">{number}</div>
      <div className="keycard-holder">
        <strong dir="auto">{name}</strong>
        <Doors open={opens} />
      </div>
    </div>
  )
}
