// The language of a page: the person's own choice, which a cookie keeps, and else what the browser asks for.

import { parseCookie } from 'cookie'
import { languageCookie } from '../../contract/pages.ts'

export interface AskedLanguages {
  headers: { cookie?: string | undefined; 'accept-language'?: string | undefined }
}

/** @param known language tags; the first is the answer where no other is asked for */
export function chooseLanguage({ headers }: AskedLanguages, known: readonly string[]): string {
  const chosen = parseCookie(headers.cookie ?? '')[languageCookie]
  const asked = [chosen ?? '', ...readRanges(headers['accept-language'] ?? '')]
  for (const range of asked) {
    const found = lookUp(range, known)
    if (found !== undefined) return found
  }
  return known[0] ?? 'en'
}

/** A browser names few; a longer list is not read to its end. */
const rangesRead = 20

/** RFC 9110 §12.5.4: the one of the greatest weight first; `q=0` refuses a language. */
function readRanges(header: string): string[] {
  return header
    .split(',', rangesRead)
    .map((part) => {
      const [range = '', weight = ''] = part.split(';').map((piece) => piece.trim())
      return { range, weight: weight.startsWith('q=') ? Number(weight.slice(2)) : 1 }
    })
    .filter(({ weight }) => weight > 0)
    .sort((one, other) => other.weight - one.weight)
    .map(({ range }) => range)
}

/** RFC 4647 §3.4: `de-CH-1996`, then `de-CH`, then `de`. */
function lookUp(range: string, known: readonly string[]): string | undefined {
  const subtags = range.toLowerCase().split('-')
  for (let count = subtags.length; count > 0; count -= 1) {
    const wanted = subtags.slice(0, count).join('-')
    const found = known.find((tag) => tag.toLowerCase() === wanted)
    if (found !== undefined) return found
  }
  return undefined
}
