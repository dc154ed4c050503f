// A count as it is read: what is counted no further than its limit has a plus.

import { overviewCountedTo } from '../../../server/contract/overview-limit.ts'
import { strings } from '../../strings/shell.ts'

export function sayCount(number: number): string {
  const digits = number.toLocaleString(strings.locale)
  return number >= overviewCountedTo ? `${digits}+` : digits
}
