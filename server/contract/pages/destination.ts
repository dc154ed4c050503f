// Where a sign-in leads, in words.

import { titleOf } from '../app-pages.ts'
import { leadTo, productName } from '../brand.ts'

export function describeDestination(next: string): string {
  const [path = ''] = next.split(/[?#]/, 1)
  return leadTo(titleOf(path) ?? productName)
}
