// People who go on using the servers: calls and refreshes at fixed times, and how long each waited.

import { setTimeout as sleep } from 'node:timers/promises'
import { ask, postForm, type TokenAnswer } from './ask.ts'

export interface SteadyLoad {
  /** Begins a new measurement. */
  restart(): void
  /** In milliseconds, for all answers since the measurement began. */
  readonly tookMs: readonly number[]
  /** Answers that are neither 200 nor the refusal of a token that was ended. */
  readonly wrong: readonly number[]
  stop(): Promise<void>
}

/** In milliseconds, between two of a line. */
const beatsMs = { call: 50, refresh: 200 }

/**
 * Two lines of calls that read a row and two of refreshes at each server. A late call has waited
 * since it was due, so that one long stall is as many slow answers as people would have seen.
 * @param nameOf the user of each line, from 0; the password is `secret`
 */
export async function startSteadyLoad(
  urls: readonly string[],
  nameOf: (line: number) => string,
): Promise<SteadyLoad> {
  let tookMs: number[] = []
  const wrong: number[] = []
  let isOver = false
  let lineCount = 0

  /** Many at once are asked to come again. */
  async function signIn(url: string, username: string): Promise<TokenAnswer> {
    for (;;) {
      const { status, body } = await postForm(`${url}/token`, { username, password: 'secret' })
      if (status === 200) return JSON.parse(body)
      if (status !== 429 && status !== 503) throw new Error(`not let in: ${status} ${body}`)
      await sleep(1_000)
    }
  }

  async function line(
    url: string,
    beatMs: number,
    request: (tokens: TokenAnswer) => Promise<{ status: number; next?: TokenAnswer }>,
  ): Promise<void> {
    const name = nameOf(lineCount++)
    let tokens = await signIn(url, name)
    let dueAtMs = performance.now()
    while (!isOver) {
      dueAtMs += beatMs
      const earlyMs = dueAtMs - performance.now()
      if (earlyMs > 0) await sleep(earlyMs)
      const { status, next } = await request(tokens)
      tookMs.push(performance.now() - dueAtMs)
      if (next) tokens = next
      if (status === 200) continue
      if (status !== 400 && status !== 401) wrong.push(status)
      // Ended by an act: the person signs in again, and nothing is due meanwhile.
      tokens = await signIn(url, name)
      dueAtMs = performance.now()
    }
  }

  const call = async (url: string, { access_token }: TokenAnswer) => {
    const headers = { authorization: `Bearer ${access_token}` }
    return { status: (await ask(`${url}/api/users/me`, { headers })).status }
  }
  const refresh = async (url: string, { refresh_token }: TokenAnswer) => {
    const answer = await postForm(`${url}/token`, { grant_type: 'refresh_token', refresh_token })
    const { status, body } = answer
    return status === 200 ? { status, next: JSON.parse(body) as TokenAnswer } : { status }
  }

  const lines = urls.flatMap((url) =>
    [1, 2].flatMap(() => [
      line(url, beatsMs.call, (tokens) => call(url, tokens)),
      line(url, beatsMs.refresh, (tokens) => refresh(url, tokens)),
    ]),
  )
  return {
    restart() {
      tookMs = []
    },
    get tookMs() {
      return tookMs
    },
    wrong,
    async stop() {
      isOver = true
      await Promise.all(lines)
    },
  }
}
