// What a used refresh token means: every case of the rules.

import { expect, test } from 'vitest'
import { judgeReplay, type ReplayVerdict } from './replay-verdict.ts'

const second = 1_000
/** Its token has the counter 5; the previous one is shown again. */
const session = { counter: 5, forgiven_count: 0, recovered_counter: null }
const recovered = { ...session, recovered_counter: 3 }
const replay = { counter: 4, isSameAgent: true, sinceRotationMs: 0 }

test.each<[string, typeof session | typeof recovered, Partial<typeof replay>, ReplayVerdict]>([
  ['at once', session, {}, 'forgive'],
  ['after 30 s', session, { sinceRotationMs: 30 * second }, 'forgive'],
  ['a millisecond later', session, { sinceRotationMs: 30 * second + 1 }, 'recover'],
  ['30 s in the future', session, { sinceRotationMs: -30 * second }, 'forgive'],
  ['further in the future', session, { sinceRotationMs: -30 * second - 1 }, 'recover'],
  ['by another program', session, { isSameAgent: false }, 'another_agent'],
  ['by one, later', session, { isSameAgent: false, sinceRotationMs: 31 * second }, 'another_agent'],
  ['for the 250th time', { ...session, forgiven_count: 249 }, {}, 'forgive'],
  ['for the 251st time', { ...session, forgiven_count: 250 }, {}, 'too_often'],
  ['though two behind', session, { counter: 3 }, 'used_before'],
  ['though two behind and by another', session, { counter: 3, isSameAgent: false }, 'used_before'],
  ['that was replaced', recovered, {}, 'replaced_token'],
  ['that recovered the session', recovered, { counter: 3 }, 'forgive'],
  ['that did, later', recovered, { counter: 3, sinceRotationMs: 31 * second }, 'used_before'],
  ['that did, by another', recovered, { counter: 3, isSameAgent: false }, 'another_agent'],
  ['of before the recovery', recovered, { counter: 2 }, 'used_before'],
  ['long after a recovery', { ...session, recovered_counter: 2 }, {}, 'forgive'],
  [
    'two behind, long after one',
    { ...session, recovered_counter: 2 },
    { counter: 3 },
    'used_before',
  ],
])('R55, R56: a token shown again %s', (_when, row, shown, verdict) => {
  expect(judgeReplay(row, { ...replay, ...shown })).toBe(verdict)
})
