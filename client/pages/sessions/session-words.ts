// What a session is called, and what it grants, in the words of the page.

import { allScopes } from '../../../server/contract/scopes.ts'
import type { Session } from '../../../server/contract/sessions.ts'
import { sessionsStrings as words } from '../../strings/sessions.ts'

/** 'Firefox on Linux'. */
export function nameSession({ device }: Session): string {
  return device ?? words.unknownDevice
}

/** ['Account', 'Items (read only)']: one word for each kind of thing. */
export function describeScopes(scopes: readonly string[]): string[] {
  const opened = allScopes.filter((scope) => scopes.includes(scope))
  const nouns = new Set(opened.map(nounOf))
  return [...nouns].map((noun) => {
    const all = allScopes.filter((scope) => nounOf(scope) === noun)
    const open = opened.filter((scope) => nounOf(scope) === noun)
    if (open.length === all.length) return words.noun(noun)
    return open.some((scope) => scope.endsWith(':write'))
      ? words.writeOnly(words.noun(noun))
      : words.readOnly(words.noun(noun))
  })
}

function nounOf(scope: string): string {
  return scope.split(':', 1)[0] ?? scope
}
