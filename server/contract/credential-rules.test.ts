// Names, addresses and new passwords: which are accepted, and the sentence for each that is not.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { productName, productSpellings } from './brand.ts'
import {
  canonicalName,
  countPasswordCharacters,
  emailProblem,
  fullNameProblem,
  newPasswordProblem,
  normalizePassword,
  passwordMaxLength,
  passwordMaxUnits,
  usernameProblem,
} from './credential-rules.ts'

const anyText = fc.string({ unit: 'binary', maxLength: 40 })
/** UTF-16 code units in any order, lone surrogates included. */
const anyUnits = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 })
  .map((units) => String.fromCharCode(...units))
const cases = { numRuns: 2_000 }

describe('canonicalName', () => {
  it('R102: is the same for every way to type a name', () => {
    expect(canonicalName('JohnDoe')).toBe('johndoe')
    expect(canonicalName('ｊｏｈｎｄｏｅ')).toBe('johndoe')
    expect(canonicalName('John.Doe@Example.COM')).toBe('john.doe@example.com')
  })

  it('R102: does not change when it is applied twice, whatever the text', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, anyUnits), (text) => {
        const once = canonicalName(text)
        expect(canonicalName(once)).toBe(once)
      }),
      cases,
    )
  })

  it('R102: composes again what only the lower-case letter can be composed of', () => {
    expect(canonicalName('J\u030C')).toBe('\u01F0')
    expect(canonicalName('j\u030C')).toBe('\u01F0')
  })

  it('R102: is well-formed, whatever the text', () => {
    expect(canonicalName('john\uD800')).toBe('john\uFFFD')
    fc.assert(
      fc.property(anyUnits, (text) => {
        expect(canonicalName(text).isWellFormed()).toBe(true)
      }),
      cases,
    )
  })

  it('R102: never maps two valid usernames to one unless only their case differs', () => {
    const username = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{1,8}[A-Za-z0-9]$/)
    fc.assert(
      fc.property(username, (name) => {
        expect(usernameProblem(name)).toBeUndefined()
        expect(canonicalName(name)).toBe(name.toLowerCase())
      }),
      cases,
    )
  })
})

describe('usernameProblem', () => {
  it.each(['joe', 'johndoe', 'John.Doe', 'a-b_c.d', '007', 'a'.repeat(64)])(
    'accepts %s',
    (name) => {
      expect(usernameProblem(name)).toBeUndefined()
    },
  )

  it.each([
    ['', 'must have 3 to 64 characters'],
    ['jo', 'must have 3 to 64 characters'],
    ['a'.repeat(65), 'must have 3 to 64 characters'],
    ['john doe', 'must contain only the letters a to z, digits, dots, hyphens and underscores'],
    ['john@doe', 'must contain only the letters a to z, digits, dots, hyphens and underscores'],
    ['jоhndoe', 'must contain only the letters a to z, digits, dots, hyphens and underscores'],
    ['john\0doe', 'must contain only the letters a to z, digits, dots, hyphens and underscores'],
    ['johndoe\n', 'must contain only the letters a to z, digits, dots, hyphens and underscores'],
    ['john\uD800', 'must contain only the letters a to z, digits, dots, hyphens and underscores'],
    ['.johndoe', 'must begin and end with a letter or a digit'],
    ['johndoe-', 'must begin and end with a letter or a digit'],
  ])('refuses %j: %s', (name, problem) => {
    expect(usernameProblem(name)).toBe(problem)
  })
})

describe('emailProblem', () => {
  const longest = `${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(57)}.org`

  it.each([
    'johndoe@example.com',
    'john.doe+keycard@mail.example.co.uk',
    "o'neil@example.com",
    'root@localhost',
    'jo@xn--bcher-kva.example',
    longest,
  ])('accepts %s', (email) => {
    expect(emailProblem(email)).toBeUndefined()
  })

  it.each([
    '',
    'johndoe',
    '@example.com',
    'johndoe@',
    'john doe@example.com',
    'johndoe@example..com',
    'johndoe@-example.com',
    'johndoe@example.com\n',
    'johndoe@example.com, admin@example.com',
    'johndoe@exa\0mple.com',
    `${'a'.repeat(65)}@example.com`,
  ])('refuses %j and says what an address looks like', (email) => {
    expect(emailProblem(email)).toBe('must be an email address such as name@example.com')
  })

  it('refuses an address that is too long for any mail server', () => {
    expect(longest).toHaveLength(254)
    expect(emailProblem(`x${longest}`)).toBe('must have at most 254 characters')
  })
})

describe('fullNameProblem', () => {
  it.each(['John Doe', 'Zoë O’Neil', '山田 太郎', 'X'])('accepts %s', (name) => {
    expect(fullNameProblem(name)).toBeUndefined()
  })

  it.each([
    ['', 'must not be empty'],
    ['   ', 'must not be empty'],
    ['John\nDoe', 'must be one line without control characters'],
    ['John\0Doe', 'must be one line without control characters'],
    ['John \uDC00', 'contains an invalid character'],
    ['x'.repeat(101), 'must have at most 100 characters'],
  ])('refuses %j: %s', (name, problem) => {
    expect(fullNameProblem(name)).toBe(problem)
  })
})

/** 26 characters that no rule refuses, to be cut to length. */
const letters = 'gtrwpmqzkxnbvhdyfjlscaeiou'

describe('newPasswordProblem', () => {
  const tooShort = 'must have at least 15 characters: a few unrelated words make a good password'

  it('R87: requires 15 code points', () => {
    expect(newPasswordProblem('')).toBe(tooShort)
    expect(newPasswordProblem(letters.slice(0, 14))).toBe(tooShort)
    expect(newPasswordProblem(letters.slice(0, 15))).toBeUndefined()
  })

  it('R87: counts a character outside the basic plane once', () => {
    expect(newPasswordProblem('🦊'.repeat(14))).toBe(tooShort)
    expect(newPasswordProblem('🦊'.repeat(15))).toBeUndefined()
  })

  it('R87: counts after NFC, so an accent typed separately is not a character of its own', () => {
    expect(newPasswordProblem('e\u0301'.repeat(14))).toBe(tooShort)
    expect(newPasswordProblem('e\u0301'.repeat(15))).toBeUndefined()
  })

  it('R87: accepts 256 code points and refuses 257', () => {
    expect(newPasswordProblem('🦊'.repeat(256))).toBeUndefined()
    expect(newPasswordProblem('🦊'.repeat(257))).toBe('must have at most 256 characters')
    expect(newPasswordProblem('x'.repeat(10_000_000))).toBe('must have at most 256 characters')
  })

  it('R87: takes another minimum length from the settings', () => {
    expect(newPasswordProblem(letters.slice(0, 8), { minLength: 8 })).toBeUndefined()
    expect(newPasswordProblem(letters.slice(0, 15), { minLength: 20 })).toBe(
      'must have at least 20 characters: a few unrelated words make a good password',
    )
  })

  it('R88: requires no mixture of letters, digits and signs', () => {
    expect(newPasswordProblem('every good boy deserves fun')).toBeUndefined()
    expect(newPasswordProblem('8201746395120847')).toBeUndefined()
    expect(newPasswordProblem('正しい馬の電池をホチキスで留める')).toBeUndefined()
  })

  it('R91: refuses half of a character, which has no UTF-8 form', () => {
    const problem = 'contains an invalid character'
    expect(newPasswordProblem(`${letters}\uD800`)).toBe(problem)
    expect(newPasswordProblem(`\uDC00${letters}`)).toBe(problem)
  })

  it.each(['\0', '\t', '\n', '\r', '\x1B', '\x7F', '\x85'])(
    'R92: refuses control character %j',
    (sign) => {
      expect(newPasswordProblem(letters + sign)).toBe(
        'must not contain control characters such as tabs, line breaks or NUL',
      )
    },
  )

  /** Shorter ones are parts of other words. */
  const ownNames = productSpellings.filter((name) => name.length >= 3)

  it.each([
    'johndoejohndoejohndoe',
    'JohnDoe-JohnDoe-JohnDoe',
    'JOHNDOE123456789',
    '2024johndoe!!!!!!!!!!!!!',
    'john.doe@example.com',
    'example.com.example.com',
    ...ownNames.map((name) => Array(8).fill(name).join('')),
    ...ownNames.map((name) => `${name.toUpperCase()}-johndoe-2024`),
  ])('R89: refuses %s, made of the account’s own words', (password) => {
    expect(
      newPasswordProblem(password, { username: 'johndoe', email: 'john.doe@example.com' }),
    ).toBe('must not be made of your username, your email or the name of this service')
  })

  it.each([
    'johndoe has a green canoe',
    'johndoe 84019275510364',
    `my ${productName} opens nine doors`,
  ])('R89: accepts %s, where such a word is only a part', (password) => {
    expect(newPasswordProblem(password, { username: 'johndoe' })).toBeUndefined()
  })

  it('R89: ignores names of a letter or two', () => {
    expect(newPasswordProblem(letters, { username: null, email: 'a@b.c' })).toBeUndefined()
  })

  it('R91: judges equal forms of a password alike, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, anyUnits), (text) => {
        expect(newPasswordProblem(text)).toBe(newPasswordProblem(text.normalize('NFD')))
      }),
      cases,
    )
  })
})

describe('normalizePassword', () => {
  it('R91: gives equal forms one form, and leaves that form unchanged', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, anyUnits), (text) => {
        const normal = normalizePassword(text)
        expect(normalizePassword(text.normalize('NFD'))).toBe(normal)
        expect(normalizePassword(normal)).toBe(normal)
      }),
      cases,
    )
  })

  it('R95: may be skipped past passwordMaxUnits, since NFC joins at most 8 units into one character', () => {
    let mostUnits = 0
    for (let code = 0; code <= 0x10ffff; code++) {
      const character = String.fromCodePoint(code)
      const apart = character.normalize('NFD')
      if (apart.length > mostUnits && apart.normalize('NFC') === character) mostUnits = apart.length
    }
    expect(mostUnits).toBeGreaterThanOrEqual(4)
    expect(mostUnits * passwordMaxLength).toBeLessThanOrEqual(passwordMaxUnits)
    expect(countPasswordCharacters('x'.repeat(passwordMaxUnits + 1))).toBe(Number.POSITIVE_INFINITY)
  })
})

describe('text that would take long to normalize is not normalized', () => {
  it('a name longer than the maximum is invalid, whatever it holds', () => {
    expect(canonicalName('ａ'.repeat(254))).toBe('a'.repeat(254))
    expect(canonicalName('ａ'.repeat(255))).toBe('\uFFFD')
  })

  it('a password may have 30 marks on a letter, and no more', () => {
    const words = 'seven quiet harbours at dawn e'
    expect(newPasswordProblem(words + '\u0301'.repeat(30))).toBeUndefined()
    expect(newPasswordProblem(words + '\u0301\u0316'.repeat(16))).toBe(
      'must not have more than 30 accents on one letter',
    )
    expect(countPasswordCharacters('\u0301'.repeat(31))).toBe(Number.POSITIVE_INFINITY)
  })

  it('a name that is refused anyway is not searched for in the password', () => {
    const context = { username: 'b'.repeat(60_000), email: 'c@'.repeat(30_000) }
    expect(newPasswordProblem('seven quiet harbours at dawn', context)).toBeUndefined()
  })
})
