// Where a sign-in leads, in words.

import { titleOf } from '../app-pages.ts'

export function describeDestination(next: string): string {
  const [path = ''] = next.split(/[?#]/, 1)
  return `to continue to ${titleOf(path) ?? 'Keycard'}`
}
