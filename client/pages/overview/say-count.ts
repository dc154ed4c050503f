// A count as it is read: what is counted no further than its limit has a plus.

import { overviewCountedTo } from '../../../server/contract/overview-limit.ts'
import { overviewStrings as words } from '../../strings/overview.ts'

export function sayCount(number: number): string {
  return number >= overviewCountedTo ? words.atLeast(number) : words.exactly(number)
}
