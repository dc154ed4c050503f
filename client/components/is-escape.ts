// The Escape key, as a wish to leave: not where it ends the composition of a character.

import type { KeyboardEvent } from 'react'

/** Safari ends the composition before it tells of the key: only the code shows it (UI Events §5.3.3). */
const composingKeyCode = 229

export function isEscape({ key, keyCode, nativeEvent }: KeyboardEvent): boolean {
  return key === 'Escape' && !nativeEvent.isComposing && keyCode !== composingKeyCode
}
