// What a requirement is, and the three ways in which one is not met.

import type { ProfileName } from './profiles.ts'
import type { Target } from './target.ts'

/** One sentence of a specification, and how a remote server is tested against it. */
export interface Requirement {
  /** Its place in the chapter's source: `§5.1`; with its SHOULD where it is not a MUST. */
  clause: string
  /** What holds, so that "failed" in front of it reads as the opposite. */
  sentence: string
  /**
   * Returns where the requirement is met.
   * @throws Unmet where it is not, NotOffered where the server has no such feature, NotJudged where
   *   the server did not allow the test
   */
  run(target: Target): Promise<void>
}

/** The requirements of one specification. */
export interface Chapter {
  /** As it is cited: `RFC 6749`. */
  source: string
  title: string
  /** The servers it applies to; all by default. */
  profiles?: readonly ProfileName[]
  requirements: readonly Requirement[]
}

export class Unmet extends Error {
  override readonly name = 'Unmet'
}

/** Not something a server must have: an optional feature, or one that was not named. */
export class NotOffered extends Error {
  override readonly name = 'NotOffered'
}

export class NotJudged extends Error {
  override readonly name = 'NotJudged'
}
