// What a requirement is, and the three ways in which one is not passed.

import type { ProfileName } from './profiles.ts'
import type { Target } from './target.ts'

/** One sentence of a specification, and how a server on the other end of a wire is held to it. */
export interface Requirement {
  /** Where in the chapter's source it stands: `§5.1`; with its SHOULD where it is no MUST. */
  clause: string
  /** What holds, so that "failed" in front of it reads as the opposite. */
  sentence: string
  /**
   * Returns where the requirement is met.
   * @throws Unmet where it is not, NotOffered where the server has no such feature, NotJudged where
   * the server did not let itself be asked
   */
  run(target: Target): Promise<void>
}

/** The requirements of one specification. */
export interface Chapter {
  /** As it is cited: `RFC 6749`. */
  source: string
  title: string
  /** Of which servers it speaks; of all by default. */
  profiles?: readonly ProfileName[]
  requirements: readonly Requirement[]
}

export class Unmet extends Error {
  override readonly name = 'Unmet'
}

/** Nothing that a server has to have: an optional feature, or one that was not named. */
export class NotOffered extends Error {
  override readonly name = 'NotOffered'
}

export class NotJudged extends Error {
  override readonly name = 'NotJudged'
}
