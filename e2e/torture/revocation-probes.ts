// Whether a token is accepted, asked from outside, and for how long after it should not be.

import { setTimeout as sleep } from 'node:timers/promises'
import { type Answer, ask, postForm, signIn } from './ask.ts'
import type { Finding } from './table.ts'

/** In milliseconds: until a sign-out is known, and until no ended token is accepted. */
export const promisedMs = { known: 1_000, closed: 5_000 }

/** A refusal never takes longer. */
const patienceMs = 8_000

/**
 * Asks for a scope that the token lacks: 403 where it is accepted, 401 where not. No table is
 * touched, so that only the verification is measured. Reported as 200 and 401.
 */
export async function callProtected(url: string, accessToken: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${accessToken}` }
  const answer = await ask(`${url}/api/users`, { headers })
  return answer.status === 403 ? { ...answer, status: 200 } : answer
}

/** In milliseconds from now, the last time that it was accepted; 503 counts as refused. */
export async function timeUntilRefused(url: string, accessToken: string): Promise<number> {
  const startedMs = performance.now()
  const passedMs = () => performance.now() - startedMs
  while ((await callProtected(url, accessToken)).status === 200 && passedMs() < patienceMs) {
    await sleep(1)
  }
  return passedMs()
}

export async function signOutAndWait(one: string, other: string): Promise<number> {
  const { access_token, refresh_token } = await signIn(one)
  if ((await callProtected(other, access_token)).status !== 200) throw new Error('it opens nothing')
  const { status } = await postForm(`${one}/revoke`, { token: refresh_token })
  if (status !== 200) throw new Error(`/revoke says ${status}`)
  // Counted from the moment its answer arrives: nothing was promised before that.
  return timeUntilRefused(other, access_token)
}

export function findingsOf(unsorted: readonly number[]): Finding[] {
  const delaysMs = [...unsorted].sort((a, b) => a - b)
  const at = (share: number) => delaysMs[Math.ceil(share * delaysMs.length) - 1] ?? 0
  const believed = delaysMs.filter((delayMs) => delayMs > promisedMs.closed).length
  return [
    {
      what: 'until the others refuse, p99',
      seen: `${Math.round(at(0.99))} ms`,
      promised: `≤ ${promisedMs.known} ms`,
      kept: at(0.99) <= promisedMs.known,
    },
    {
      what: `accepted after ${promisedMs.closed / 1_000} s`,
      seen: `${believed} of ${delaysMs.length}`,
      promised: '0',
      kept: believed === 0,
    },
    {
      what: 'p50, longest',
      seen: `${Math.round(at(0.5))} ms, ${Math.round(at(1))} ms`,
      promised: '',
      kept: true,
    },
  ]
}

/** The session that an access token belongs to. */
export function sessionOf(accessToken: string): string {
  const [, claims = ''] = accessToken.split('.')
  return JSON.parse(Buffer.from(claims, 'base64url').toString()).sid
}
