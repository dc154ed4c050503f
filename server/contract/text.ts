// Text that every engine can hold: the requirement for all free-text input.

import { z } from 'zod'

/** NUL ends a string in C and is refused by PostgreSQL; a lone surrogate has no UTF-8 form. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

const storableMessage = 'contains an invalid character'

/**
 * A string whose length is checked before anything reads its characters: for a longer one no other
 * check, trim or transform of the schema runs. Every text of an input begins with this.
 */
export function boundedString(
  maxLength: number,
  message = `must have at most ${maxLength} characters`,
) {
  return z.string().max(maxLength, { abort: true, error: message })
}

/** Any storable text of at most `maxLength` UTF-16 code units. */
export function text(maxLength: number) {
  return boundedString(maxLength, `must be at most ${maxLength} characters`).refine(
    isStorableText,
    storableMessage,
  )
}

/** Storable text that says something: trimmed, and at least one character is left. */
export function requiredText(maxLength: number) {
  return text(maxLength).trim().min(1, 'must not be empty')
}
