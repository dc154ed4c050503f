// A language for tests, which no one speaks: English with accents, and 40 % longer. What has none was not found.

import { parseSync, Visitor } from 'vite'
import type { Language } from './language.ts'

/** BCP 47 has `XA` for private use; this is what Android and Chromium call it. */
export const pseudoTag = 'en-XA'

export const pseudoLanguage: Language = {
  tag: pseudoTag,
  name: 'Þšéûðø',
  direction: 'ltr',
  texts: {},
}

/** The letters of each string and template in the source of a text; what it computes stays. */
export function lengthen(source: string): string {
  const prefix = 'const text = '
  const places: { start: number; end: number }[] = []
  new Visitor({
    Literal: (node) => {
      if (typeof node.value === 'string') places.push({ start: node.start + 1, end: node.end - 1 })
    },
    TemplateElement: ({ start, end }) => {
      places.push({ start, end })
    },
  }).visit(parseSync('text.ts', prefix + source).program)
  const sorted = places.sort((one, other) => other.start - one.start)
  return sorted.reduce((text, place) => {
    const [start, end] = [place.start - prefix.length, place.end - prefix.length]
    return text.slice(0, start) + disguise(text.slice(start, end)) + text.slice(end)
  }, source)
}

/** Words are lengthened and not padded, so that a line may break where it would. */
function disguise(text: string): string {
  return text.replace(/[A-Za-z]{2,}/g, (word) => {
    const accented = [...word].map((letter) => accents.get(letter) ?? letter).join('')
    return accented + 'ø'.repeat(Math.ceil(word.length * 0.4))
  })
}

const plain = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const accented = 'áƀçðéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýžÁƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ'
const accents = new Map([...plain].map((letter, index) => [letter, [...accented][index]]))
