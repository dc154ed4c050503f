// The passwords made for users: long enough, readable, never the same.

import { expect, it } from 'vitest'
import { newPasswordProblem } from '../../../server/contract/credential-rules.ts'
import { makePassphrase } from './passphrase.ts'

it('makes passwords that the rules accept, using every character, and none twice', () => {
  const made = Array.from({ length: 1_000 }, makePassphrase)
  for (const password of made) {
    expect(password).toMatch(/^([a-z2-9]{4}-){4}[a-z2-9]{4}$/)
    expect(password).not.toMatch(/[lo]/)
    expect(newPasswordProblem(password)).toBeUndefined()
  }
  expect(new Set(made).size).toBe(1_000)
  expect(new Set(made.join('').replaceAll('-', '')).size).toBe(32)
})
