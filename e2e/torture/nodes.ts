// Several Keycards on one PostgreSQL, as behind a balancer: what the tortures of many nodes drive.

import { randomBytes } from 'node:crypto'
import { request } from 'node:http'
import { type ServerProcess, startServer } from '../keycard-process.ts'
import { startPostgres } from '../postgres-server.ts'

export interface Nodes {
  /** Origins. */
  urls: readonly string[]
  stop(): Promise<void>
}

/** Demo accounts included; what `env` says is added for each. */
export async function startNodes(count: number, env: Record<string, string> = {}): Promise<Nodes> {
  const postgres = await startPostgres()
  const processes: ServerProcess[] = []
  const stop = async () => {
    await Promise.all(
      processes.map(async ({ process: child }) => {
        const ended = new Promise((resolve) => child.once('close', resolve))
        child.kill('SIGKILL')
        await ended
      }),
    )
    await postgres.stop()
  }
  try {
    const shared = {
      DATABASE_URL: postgres.url,
      MASTER_KEY: randomBytes(32).toString('base64'),
      // One issuer for all, as the balancer's address would be.
      PUBLIC_URL: 'http://localhost:3000',
      LOG_LEVEL: 'error',
      ...env,
    }
    for (let index = 0; index < count; index++) processes.push(await startServer(shared))
    return { urls: processes.map(({ url }) => url), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

export interface Answer {
  status: number
  body: string
}

interface Question {
  method?: 'GET' | 'POST'
  headers?: Record<string, string>
  body?: string
  /** The source address: any of 127.0.0.0/8. */
  from?: string
}

/** On a connection of its own; `fetch` cannot say where it comes from. */
export function ask(url: string, question: Question = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body, from = '127.0.0.1' } = question
  return new Promise((resolve, reject) => {
    // localhost may be ::1, which 127.0.0.2 cannot reach.
    const target = new URL(url)
    target.hostname = '127.0.0.1'
    const call = request(
      target,
      { method, headers, localAddress: from, agent: false },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk: string) => {
          text += chunk
        })
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text }))
        answer.on('error', reject)
      },
    )
    call.on('error', reject)
    call.end(body)
  })
}

export function postForm(
  url: string,
  fields: Record<string, string>,
  from?: string,
): Promise<Answer> {
  return ask(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
    ...(from !== undefined && { from }),
  })
}

export interface TokenAnswer {
  access_token: string
  refresh_token: string
}

/** @throws Error where the demo account is not let in */
export async function signIn(url: string, from?: string): Promise<TokenAnswer> {
  const answer = await postForm(`${url}/token`, { username: 'johndoe', password: 'secret' }, from)
  if (answer.status !== 200) throw new Error(`not let in: ${answer.status} ${answer.body}`)
  return JSON.parse(answer.body)
}

/** 200 while the token opens something. */
export async function call(url: string, accessToken: string): Promise<number> {
  const headers = { authorization: `Bearer ${accessToken}` }
  return (await ask(`${url}/api/protected`, { headers })).status
}
