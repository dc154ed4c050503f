// What a session grants, in the words of the page.

import { expect, it } from 'vitest'
import { describeScopes } from './session-words.ts'

it.each([
  [
    ['me', 'me:write', 'items:read', 'items:write'],
    ['Account', 'Items'],
  ],
  [['items:read'], ['Items (read only)']],
  [['items:write'], ['Items (write only)']],
  [
    ['users:read', 'me'],
    ['Account (read only)', 'Users (read only)'],
  ],
  [['no-such-scope'], []],
])('%j grants %j', (scopes, words) => {
  expect(describeScopes(scopes)).toEqual(words)
})
