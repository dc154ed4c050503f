// The passwords that guessing tries first, refused whatever their length (NIST SP 800-63B-4 §3.1.1.2).

import { commonPhrases, commonRows, commonWords } from './common-passwords.ts'

/**
 * Says why a password is too easily guessed, or undefined. The whole password is compared, never a
 * part of it: "password" inside a long sentence of one's own does no harm.
 */
export function blocklistProblem(password: string): string | undefined {
  const folded = password.normalize('NFC').toLowerCase()
  const joined = folded.replace(/[\s._-]+/g, '')
  if (new Set(folded).size <= fewCharacters) {
    return `must have more than ${fewCharacters} different characters`
  }
  if (isRepetition(joined)) return 'must not repeat one piece: choose unrelated words'
  if (isRunOfNeighbours(joined)) {
    return 'must not be a row of neighbouring keys, letters or digits: choose unrelated words'
  }
  if (spellings(joined).some((spelling) => isListed(spelling))) {
    return 'is too common: choose unrelated words'
  }
  return undefined
}

const fewCharacters = 3
const wordsMax = 3
const decorationMax = 8

/**
 * At most three common words, or a famous phrase. In this way 152 words stand for 3.5 million
 * passwords, without a list in memory.
 */
function isListed(spelling: string): boolean {
  if (spelling === '') return false
  return commonPhrases.includes(spelling) || isMadeOfCommonWords(spelling, wordsMax)
}

function isMadeOfCommonWords(text: string, wordsLeft: number): boolean {
  if (text === '') return true
  if (wordsLeft === 0) return false
  return commonWords.some(
    (word) => text.startsWith(word) && isMadeOfCommonWords(text.slice(word.length), wordsLeft - 1),
  )
}

/** As typed; without its digits and signs; and with "p@ssw0rd!" read as "password". */
function spellings(joined: string): string[] {
  const undecorated = joined.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  return [joined, takeLetters(joined), takeLetters(readLookalikes(undecorated))]
}

/**
 * Where there is more than a date or two beside the letters, it may well be the secret: left alone.
 */
function takeLetters(text: string): string {
  const letters = text.replace(/\P{L}/gu, '')
  return text.length - letters.length <= decorationMax ? letters : text
}

const lookalikes: Record<string, string> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}

function readLookalikes(text: string): string {
  return text.replace(/[013457@$!]/g, (sign) => lookalikes[sign] ?? sign)
}

/** "abcabcab": every character equals the one a fixed step before it, the step at most half. */
function isRepetition(text: string): boolean {
  for (let step = 1; step <= text.length / 2; step++) {
    if (text.startsWith(text.slice(step))) return true
  }
  return text === ''
}

const rows = commonRows.flatMap((row) => [row, [...row].reverse().join('')])
const runMinLength = 3

/**
 * "qwertyasdf111": nothing but runs of three neighbours or more, and at most two characters
 * besides.
 */
function isRunOfNeighbours(text: string): boolean {
  let start = 0
  while (text.length - start >= runMinLength) {
    let end = start + runMinLength
    if (!isOnOneRow(text.slice(start, end))) return false
    while (end < text.length && isOnOneRow(text.slice(start, end + 1))) end += 1
    start = end
  }
  return true
}

function isOnOneRow(piece: string): boolean {
  return piece === piece.charAt(0).repeat(piece.length) || rows.some((row) => row.includes(piece))
}
