// Where a page of a list ended that is read newest first. It stays right when rows are added or
// deleted meanwhile, as an offset would not.

import { AppError } from '../contract/app-error.ts'

interface PageEnd {
  created_at_ms: number
  id: string
}

export function makeCursor({ created_at_ms, id }: PageEnd): string {
  return `${created_at_ms}.${id}`
}

/** @throws AppError invalid_input where it is not one of ours */
export function readCursor(cursor: string): PageEnd {
  const [, digits, id] = /^(\d{1,15})\.([\w-]{1,64})$/.exec(cursor) ?? []
  if (digits === undefined || id === undefined) {
    const message = 'must be the next_cursor of the page before'
    throw new AppError('invalid_input', `cursor ${message}`, {
      fields: [{ path: 'cursor', message }],
    })
  }
  return { created_at_ms: Number(digits), id }
}
