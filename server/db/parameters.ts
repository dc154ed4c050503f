// The one place that every value passes on its way into a statement, on both engines.

import { isStorableText } from '../contract/text.ts'

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }

/**
 * Accepts text, numbers, bigints, null and bytes. Without it a boolean ends the whole process in
 * libsql, text is cut at a NUL, large integers lose digits, and pg turns objects into JSON.
 * @throws TypeError which names the type and never the value
 */
export function checkParameters(parameters: readonly unknown[]): void {
  for (const parameter of parameters) {
    const refused = findReasonToRefuse(parameter)
    if (refused) {
      throw new TypeError(
        `${refused} cannot be a database parameter; text, numbers, bigints, null and bytes can`,
      )
    }
  }
}

function findReasonToRefuse(parameter: unknown): string | null {
  switch (typeof parameter) {
    case 'string':
      return isStorableText(parameter) ? null : 'text with a NUL or a lone surrogate'
    case 'number':
      if (!Number.isFinite(parameter)) return 'a number that is not finite'
      if (Number.isInteger(parameter) && !Number.isSafeInteger(parameter)) {
        return 'an integer beyond 2^53'
      }
      return null
    case 'bigint':
      return parameter < int64.min || parameter > int64.max ? 'a bigint beyond 64 bits' : null
    case 'object':
      if (parameter === null || parameter instanceof Uint8Array) return null
      return `an object of type ${Object.getPrototypeOf(parameter)?.constructor?.name ?? 'null'}`
    default:
      return `a value of type ${typeof parameter}`
  }
}
