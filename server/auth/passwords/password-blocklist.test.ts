// What guessing tries first is refused, and everything else is left alone.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { passwordMinLengthDefault } from '../../contract/credential-rules.ts'
import { commonPhrases, commonWords } from './common-passwords.ts'
import { blocklistProblem } from './password-blocklist.ts'
import { findPasswordProblem } from './password-rules.ts'

const common = 'is too common: choose unrelated words'
const repeated = 'must not repeat one piece: choose unrelated words'
const neighbours =
  'must not be a row of neighbouring keys, letters or digits: choose unrelated words'
const fewCharacters = 'must have more than 3 different characters'

describe('blocklistProblem', () => {
  it.each([
    ['passwordpassword', repeated],
    ['PasswordPassword', repeated],
    ['letmein letmein letmein', repeated],
    ['x7$kP2qL9zx7$kP2qL9z', repeated],
    ['abcdabcdabcdabcda', repeated],
    ['123456789012345', neighbours],
    ['qwertyuiopasdfgh', neighbours],
    ['Poiuytrewq09876', neighbours],
    ['1qaz2wsx3edc4rfv', neighbours],
    ['abcdefghijklmnop', neighbours],
    ['111222333444555', neighbours],
    ['1-2-3-4-5-6-7-8-9', neighbours],
    ['correcthorsebatterystaple', common],
    ['Correct Horse Battery Staple!', common],
    ['thisismypassword', common],
    ['password12345678', common],
    ['P@ssw0rdWelcome1!', common],
    ['summer2024winter2025', common],
    ['iloveyouprincess', common],
    ['footballbaseballbasketball', common],
    ['aaaaaaaaaaaaaaab', fewCharacters],
    ['               ', fewCharacters],
  ])('R89: refuses %j: %s', (password, problem) => {
    expect(blocklistProblem(password)).toBe(problem)
  })

  it('R89: holds more than 3,000 common passwords that are long enough, and refuses each', () => {
    const pairs = commonWords.flatMap((first) => commonWords.map((second) => first + second))
    const long = new Set(
      [...pairs, ...commonPhrases].filter((entry) => entry.length >= passwordMinLengthDefault),
    )
    expect(long.size).toBeGreaterThan(3_000)
    for (const entry of long) {
      expect(blocklistProblem(entry), entry).toBeDefined()
      expect(blocklistProblem(entry.toUpperCase()), entry).toBeDefined()
    }
  })

  it('R89: holds each word and phrase once, in the form that is compared', () => {
    const entries = [...commonWords, ...commonPhrases]
    expect(new Set(entries).size).toBe(entries.length)
    for (const entry of entries) expect(entry).toMatch(/^[a-z0-9]+$/)
  })

  it.each([
    'my dog ate nine green pears',
    'the password is a purple teapot',
    'correct staple horse teapot',
    'every good boy deserves fun',
    '8201746395120847',
    'qwertyuiop but upside down',
    '正しい馬の電池をホチキスで留める',
    'Tr0ub4dor&3 & its owner',
    '9182-3746',
    '#$%&=~|<>{}+*?',
  ])('R89: accepts %j: a common word inside does no harm', (password) => {
    expect(blocklistProblem(password)).toBeUndefined()
  })

  it('R89: accepts what a password manager makes', () => {
    const made = fc.string({
      unit: fc.constantFrom(...'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789-'),
      minLength: 20,
      maxLength: 20,
    })
    fc.assert(
      fc.property(fc.noShrink(made), (password) => {
        fc.pre(new Set(password.toLowerCase()).size > 6)
        expect(findPasswordProblem(password)).toBeUndefined()
      }),
      { numRuns: 2_000 },
    )
  })

  it('R89: refuses a repetition of anything', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', minLength: 1 }),
        fc.integer({ min: 2, max: 9 }),
        (piece, times) => {
          expect(blocklistProblem(piece.repeat(times))).toBeDefined()
        },
      ),
      { numRuns: 2_000 },
    )
  })
})

describe('findPasswordProblem', () => {
  it('R88, R89: checks the rules first and then the blocklist', () => {
    expect(findPasswordProblem('password')).toBe(
      'must have at least 15 characters: a few unrelated words make a good password',
    )
    expect(findPasswordProblem('password', { minLength: 8 })).toBe(common)
    expect(findPasswordProblem('thisismypassword')).toBe(common)
    expect(findPasswordProblem('my dog ate nine green pears')).toBeUndefined()
  })
})
