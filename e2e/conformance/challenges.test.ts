// Challenges as servers write them: one or several, in one header or two.

import { expect, test } from 'vitest'
import { readChallenges } from './challenges.ts'

test.each<[string, ReturnType<typeof readChallenges>]>([
  ['Bearer', [{ scheme: 'bearer', params: {} }]],
  ['bearer realm="a, b"', [{ scheme: 'bearer', params: { realm: 'a, b' } }]],
  [
    'Bearer realm="x", error="invalid_token", error_description="It has \\"expired\\""',
    [
      {
        scheme: 'bearer',
        params: {
          realm: 'x',
          error: 'invalid_token',
          error_description: 'It has \\"expired\\"',
        },
      },
    ],
  ],
  [
    'Basic realm=x, Bearer error=invalid_token , Negotiate',
    [
      { scheme: 'basic', params: { realm: 'x' } },
      { scheme: 'bearer', params: { error: 'invalid_token' } },
      { scheme: 'negotiate', params: {} },
    ],
  ],
  [
    'Negotiate dG9rZW4=, Bearer',
    [
      { scheme: 'negotiate', params: {} },
      { scheme: 'bearer', params: {} },
    ],
  ],
  ['', []],
])('%j', (header, expected) => {
  expect(readChallenges({ headers: { 'www-authenticate': header } })).toEqual(expected)
})
