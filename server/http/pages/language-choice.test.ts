// Which language a page is in: RFC 9110's weights, RFC 4647's ranges, and the person's own choice.

import { describe, expect, test } from 'vitest'
import { languageCookie } from '../../contract/pages.ts'
import { chooseLanguage } from './language-choice.ts'

const known = ['en', 'ar', 'de', 'pt-BR']
const choose = (acceptLanguage?: string, cookie?: string) =>
  chooseLanguage({ headers: { 'accept-language': acceptLanguage, cookie } }, known)

describe('a language of the pages', () => {
  test.each([
    ['no header', undefined, 'en'],
    ['an empty header', '', 'en'],
    ['one that is there', 'de', 'de'],
    ['a region of one that is there', 'de-CH-1996', 'de'],
    ['a region that is there, in other capitals', 'PT-br', 'pt-BR'],
    ['the greatest weight, and not the first', 'de;q=0.4, ar;q=0.8', 'ar'],
    ['the next one, where the first is not there', 'is, de;q=0.5', 'de'],
    ['none that is refused', 'de;q=0, ar', 'ar'],
    ['any', '*', 'en'],
    ['what is no language', ';;;q=, ,x;q=abc', 'en'],
    ['__proto__', '__proto__, constructor', 'en'],
  ])('%s', (_title, header, language) => {
    expect(choose(header)).toBe(language)
  })

  test('the person’s own choice comes first, if it is one of the languages', () => {
    expect(choose('de', `${languageCookie}=ar`)).toBe('ar')
    expect(choose('de', `${languageCookie}=fr`)).toBe('de')
  })

  test('a long header is not read to its end', () => {
    expect(choose(`${'x,'.repeat(5_000)}de`)).toBe('en')
  })
})
