// A refresh token that was used before: what it means for its session. Rules only, no database.

import type { SessionRow } from './session-rows.ts'

/**
 * In seconds: how long a used token is answered with the successor it was traded for. Outages of
 * the database do not count.
 */
export const refreshGraceSeconds = 30

/**
 * A browser's token is traded no sooner than this after the previous trade: shown again by the same
 * browser at the same place, it is answered with itself. Tabs that refresh at once, without turns,
 * then differ by one token at most, whatever order their requests and replies travel in (R73).
 */
export const browserRotationMs = refreshGraceSeconds * 1_000

/**
 * How often that may happen after one refresh. Twenty tabs that ask twice need 39, two hundred tabs
 * that wake up at once 199 (R73); a program that needs more is broken, or not the only one.
 */
export const forgivenMax = 250

/** Why the session ends, as the audit log has it. */
export type ReplayAlarm =
  /** Its successor was used too, or a lost reply was recovered already. */
  | 'used_before'
  /** The successor that no client had used when its predecessor replaced it. */
  | 'replaced_token'
  /** Another client, browser or program than the one that used it. */
  | 'another_agent'
  | 'too_often'

/** A lost reply is forgiven with the same successor, or recovered with a new one. */
export type ReplayVerdict = 'forgive' | 'recover' | ReplayAlarm

export interface Replay {
  /** Of the token; lower than the session's. */
  counter: number
  isSameAgent: boolean
  /** In milliseconds, without the time in which the database was out. */
  sinceRotationMs: number
}

type RotatedSession = Pick<SessionRow, 'counter' | 'forgiven_count' | 'recovered_counter'>

/**
 * The session's token T(n) has not been used, but perhaps by a browser in its first 30 seconds, or
 * the counter would be n + 1. So T(n-1) is shown by the owner, whom T(n) never reached, or by a
 * thief. In the first case T(n) may be replaced; in the second its owner still has it, uses it
 * next, and that is the alarm.
 */
export function judgeReplay(session: RotatedSession, replay: Replay): ReplayVerdict {
  const isRecovered = session.recovered_counter === session.counter - 2
  const behind = session.counter - replay.counter
  if (isRecovered && behind === 1) return 'replaced_token'
  if (behind > (isRecovered ? 2 : 1)) return 'used_before'
  if (!replay.isSameAgent) return 'another_agent'
  // A rotation dated in the future was dated by a clock that has been set back since.
  if (Math.abs(replay.sinceRotationMs) > refreshGraceSeconds * 1_000) {
    return isRecovered ? 'used_before' : 'recover'
  }
  return session.forgiven_count < forgivenMax ? 'forgive' : 'too_often'
}
