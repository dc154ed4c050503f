// The challenges of WWW-Authenticate (RFC 9110 §11.6.1): a list, in one header or in several.

import type { Answer } from './send.ts'

export interface Challenge {
  /** In lower case. */
  scheme: string
  /** By their names in lower case; the values as they stand between the quotes. */
  params: Record<string, string>
}

const token = String.raw`[!#$%&'*+.^_\`|~\w-]+`
const param = String.raw`(${token})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|(${token}))`
/** A parameter, or else the scheme that a challenge begins with, and what may follow it directly. */
const part = new RegExp(
  String.raw`[\s,]*(?:${param}|(${token})(?:\s+([\w~+/.-]+=*)(?=\s*(?:,|$)))?)`,
  'y',
)

export function readChallenges({ headers }: Pick<Answer, 'headers'>): Challenge[] {
  const text = [headers['www-authenticate'] ?? []].flat().join(', ')
  const challenges: Challenge[] = []
  part.lastIndex = 0
  for (let found = part.exec(text); found; found = part.exec(text)) {
    const [, name, quoted, plain, scheme] = found
    if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), params: {} })
    const params = challenges.at(-1)?.params
    if (params && name !== undefined) params[name.toLowerCase()] = quoted ?? plain ?? ''
  }
  return challenges
}

export function findChallenge(answer: Answer, scheme: string): Challenge | undefined {
  return readChallenges(answer).find((challenge) => challenge.scheme === scheme)
}
