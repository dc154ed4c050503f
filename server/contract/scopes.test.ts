// The scope parser accepts the grammar of RFC 6749 §3.3, and only words of the catalogue.

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { propertyCases } from '../testing/property-cases.ts'
import { AppError } from './app-error.ts'
import { allScopes, formatScope, isScope, parseScope } from './scopes.ts'

function refusal(text: string): AppError {
  try {
    parseScope(text)
  } catch (error) {
    expect(error).toBeInstanceOf(AppError)
    return error as AppError
  }
  throw new Error('it was taken')
}

test('returns the words in the order of the catalogue, each once', () => {
  expect(parseScope('me:write me me:write')).toEqual(['me', 'me:write'])
})

test.each([
  '',
  ' ',
  ' me',
  'me ',
  'me  me',
  'me\tme',
  'me\n',
  'Me',
  '"me"',
  'm\\e',
  'mé',
  'toString',
])('R14: %j is invalid_scope', (text) => {
  expect(refusal(text).reason).toBe('invalid_scope')
})

test('R14: 1024 characters are read, one more is not', () => {
  const words = 'me '.repeat(342)
  expect(parseScope(words.slice(0, 1_022).trimEnd())).toEqual(['me'])
  expect(parseScope(`${'me '.repeat(338)}me:write`)).toHaveLength(2)
  expect(refusal(words.slice(0, 1_025)).message).toContain('1024')
})

test('property: any choice of scopes, in any order and repeated, is read as that choice', () => {
  const words = fc.array(fc.constantFrom(...allScopes), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(words, (chosen) => {
      expect(parseScope(formatScope(chosen))).toEqual(
        allScopes.filter((scope) => chosen.includes(scope)),
      )
    }),
    propertyCases,
  )
})

test('property: any other text is invalid_scope, and the error does not repeat it', () => {
  const piece = fc.constantFrom(...allScopes, ' ', '\t', '"', '\\', 'ME', '__proto__', 'é', '\0')
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    // Around the longest text that is read.
    fc
      .tuple(fc.constantFrom('me ', 'me', ' ', 'x', 'é'), fc.integer({ min: 330, max: 1_030 }))
      .map(([word, count]) => word.repeat(count).trimEnd()),
    fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
  )
  fc.assert(
    fc.property(text, (candidate) => {
      const words = candidate.split(' ')
      if (candidate.length <= 1_024 && words.every(isScope)) {
        expect(parseScope(candidate)).toEqual(allScopes.filter((scope) => words.includes(scope)))
        return
      }
      const { reason, message } = refusal(candidate)
      expect(reason).toBe('invalid_scope')
      // The only two sentences: neither has room for what was sent.
      expect(message).toMatch(/^scope (must be words separated|has a word that is not in)/)
      expect(message).toMatch(new RegExp(`(at most|${allScopes.at(-1)})$`))
    }),
    propertyCases,
  )
})
