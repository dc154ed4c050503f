// How a refresh is refused: one public sentence for every cause.

import { AppError } from '../../contract/app-error.ts'

/** @param detail for the log alone */
export function refuseRefresh(detail: string): AppError {
  return new AppError('invalid_grant', 'The refresh token is not valid any more', { detail })
}

/** R15: never more than was granted at sign-in. */
export function refuseScope(): AppError {
  return new AppError('invalid_scope', 'scope asks for more than this session was granted')
}
