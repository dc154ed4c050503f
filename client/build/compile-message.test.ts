// A message becomes the source of a template literal, in the plural rules of its language.

import { expect, test } from 'vitest'
import { compileMessage } from './compile-message.ts'

function say(message: string, values: Record<string, unknown> = {}, language = 'en'): string {
  const parameters = Object.keys(values)
  const source = compileMessage(message, { language, parameters })
  return new Function(...parameters, `return ${source}`)(...Object.values(values))
}

const forms =
  '{count, plural, =0 {none} zero {zero} one {one} two {two} few {few #} many {many} other {other #}}'

test.each([
  ['text as it is', 'Sign in', {}, 'en', 'Sign in'],
  ['what would be code in a template', 'a `b` $5 \\d', {}, 'en', 'a `b` $5 \\d'],
  ['an apostrophe and a quoted brace', "It's '{'", {}, 'en', "It's {"],
  ['values', '{name}: {reason}', { name: 'A', reason: 'b' }, 'en', 'A: b'],
  ['a number as the language writes it', '{count, number}', { count: 12_345 }, 'de', '12.345'],
  ['the form for one', forms, { count: 1 }, 'de', 'one'],
  ['the exact form first', forms, { count: 0 }, 'ar', 'none'],
  ['the form for two', forms, { count: 2 }, 'ar', 'two'],
  ['the form for a few', forms, { count: 3 }, 'ar', 'few 3'],
  ['other, where a form is missing', '{count, plural, other {#}}', { count: 3 }, 'ar', '3'],
  ['a choice by a value', '{more, select, true {yes} other {no}}', { more: true }, 'en', 'yes'],
])('%s', (_title, message, values, language, said) => {
  expect(say(message, values, language)).toBe(said)
})

test('a value that the text is not given is refused, and so is a message that does not parse', () => {
  expect(() => say('{nmae}', { name: 'A' })).toThrow('"{nmae}" is not known here')
  expect(() => say('{name', { name: 'A' })).toThrow()
})
