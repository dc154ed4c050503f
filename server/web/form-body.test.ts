// The strict form reader guesses nothing, drops nothing and echoes nothing.

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError } from '../contract/app-error.ts'
import { propertyCases } from '../testing/property-cases.ts'
import { parseForm, requireParameter } from './form-body.ts'

const read = (text: string | Uint8Array) =>
  Object.fromEntries(parseForm(typeof text === 'string' ? Buffer.from(text) : text))

function refusal(body: string | Uint8Array): string {
  try {
    read(body)
    return 'taken'
  } catch (error) {
    expect(error).toBeInstanceOf(AppError)
    expect((error as AppError).reason).toBe('invalid_request')
    return (error as AppError).message
  }
}

test.each<[string, Record<string, string>]>([
  ['', {}],
  ['a=1&b=2', { a: '1', b: '2' }],
  ['a=x+y', { a: 'x y' }],
  ['a=x%2By', { a: 'x+y' }],
  ['a=1=2', { a: '1=2' }],
  ['&&a=1&&', { a: '1' }],
  ['%61=%C3%A9', { a: 'é' }],
  ['a=é', { a: 'é' }],
  ['a=%00', { a: '\0' }],
  ['?a=1', { '?a': '1' }],
  ['__proto__=x&constructor=y', { ['__proto__']: 'x', constructor: 'y' }],
])('%j is read', (body, expected) => {
  expect(Object.entries(read(body))).toEqual(Object.entries(expected))
})

test('R4: an empty value counts as omitted', () => {
  expect(read('a=&b&=c')).toEqual({ '': 'c' })
})

describe('R3: a parameter given twice is refused', () => {
  test.each([
    'username=a&username=a',
    'username=a&user%6Eame=b',
    'username=&username=a',
    'username&username',
  ])('%s', (body) => {
    expect(refusal(body)).toBe('username is there twice')
  })

  test('without repeating a name that is not a word of the protocol (R9)', () => {
    expect(refusal('geheim=1&geheim=2')).toBe('A parameter is there twice')
  })
})

describe('R5: bad encoding is refused', () => {
  test.each(['password=%zz', 'password=%', 'password=%F', 'password=100%'])('%s', (body) => {
    expect(refusal(body)).toBe('password is badly percent-encoded')
  })

  test.each(['%FF', '%FE', '%C0%80', '%ED%A0%80', '%F4%90%80%80', '%E2%82'])(
    'password=%s',
    (text) => {
      expect(refusal(`password=${text}`)).toBe('password is not valid UTF-8')
    },
  )

  test('bytes that are not UTF-8', () => {
    expect(refusal(Buffer.from([0x61, 0x3d, 0xff]))).toBe('The body is not valid UTF-8')
  })

  test('in a name', () => {
    expect(refusal('%zz=1')).toBe('A parameter name is badly percent-encoded')
  })
})

test('R6: 32 parameters are accepted, 33 are refused', () => {
  const body = (count: number) =>
    Array.from({ length: count }, (_, index) => `p${index}=1`).join('&')
  expect(Object.keys(read(body(32)))).toHaveLength(32)
  expect(refusal(body(33))).toBe('There may be 32 parameters at most')
})

test('a missing parameter is named', () => {
  const form = parseForm(Buffer.from('username='))
  expect(() => requireParameter(form, 'username')).toThrow('username is missing')
})

const wellFormed = fc.string({ unit: 'grapheme' })

test('property: what a browser encodes is read back unchanged', () => {
  fc.assert(
    fc.property(fc.dictionary(wellFormed, wellFormed, { maxKeys: 8 }), (fields) => {
      const entries = Object.entries(fields)
      const form = parseForm(Buffer.from(new URLSearchParams(entries).toString()))
      expect([...form]).toEqual(entries.filter(([, value]) => value !== ''))
    }),
    propertyCases,
  )
})

test('property: any bytes are read as URLSearchParams reads them, or refused', () => {
  const piece = fc.constantFrom(
    'a',
    'b',
    '=',
    '&',
    '+',
    '%',
    '%41',
    '%zz',
    '%FF',
    '%C3%A9',
    'é',
    '\0',
  )
  const bytes = fc.oneof(
    fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.from(pieces.join(''))),
    fc.uint8Array({ maxLength: 60 }).map((array) => Buffer.from(array)),
  )
  fc.assert(
    fc.property(bytes, (body) => {
      let form: ReadonlyMap<string, string>
      try {
        form = parseForm(body)
      } catch (error) {
        expect(error).toBeInstanceOf(AppError)
        return
      }
      // The constructor of URLSearchParams drops one leading question mark, which a form does not have.
      const lenient = [...new URLSearchParams(`?${body.toString('utf8')}`)]
      expect([...form]).toEqual(lenient.filter(([, value]) => value !== ''))
    }),
    propertyCases,
  )
})

test('property: two different values are never read as equal', () => {
  const value = fc
    .uint8Array({ minLength: 1, maxLength: 4 })
    .map((array) => [...array].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join(''))
  const readOne = (text: string) => {
    try {
      return parseForm(Buffer.from(`password=${text}`)).get('password')
    } catch {
      return undefined
    }
  }
  fc.assert(
    fc.property(value, value, (one, other) => {
      const [left, right] = [readOne(one), readOne(other)]
      expect(left !== undefined && left === right).toBe(left !== undefined && one === other)
    }),
    propertyCases,
  )
})
