// What a session grants, in the words of the page.

import { expect, it } from 'vitest'
import { describeScopes } from './session-words.ts'

it.each([
  [
    ['me', 'me:write', 'users:read', 'users:write'],
    ['Account', 'Users'],
  ],
  [['users:read'], ['Users (read only)']],
  [['me:write'], ['Account (write only)']],
  [
    ['users:read', 'me'],
    ['Account (read only)', 'Users (read only)'],
  ],
  [['no-such-scope'], []],
])('%j grants %j', (scopes, words) => {
  expect(describeScopes(scopes)).toEqual(words)
})
