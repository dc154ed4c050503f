// The requests that tortures send: each on a connection of its own, from any address of this machine.

import { type IncomingHttpHeaders, request } from 'node:http'

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  body: string
}

interface Question {
  method?: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  headers?: Record<string, string>
  body?: string
  /** The source address: any of 127.0.0.0/8. */
  from?: string
}

/** `fetch` cannot set its source address. */
export function ask(url: string, question: Question = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body, from = '127.0.0.1' } = question
  return new Promise((resolve, reject) => {
    // localhost may be ::1, which 127.0.0.2 cannot reach.
    const target = new URL(url)
    target.hostname = '127.0.0.1'
    // Without its length a DELETE's body would be sent unframed.
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
    const call = request(
      target,
      { method, headers: { ...headers, ...length }, localAddress: from, agent: false },
      (answer) => {
        let text = ''
        answer.setEncoding('utf8')
        answer.on('data', (chunk: string) => {
          text += chunk
        })
        answer.on('end', () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }),
        )
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

interface JsonQuestion extends Omit<Question, 'body'> {
  accessToken?: string
  content?: unknown
}

/** POST unless it says otherwise. */
export function askJson(url: string, question: JsonQuestion = {}): Promise<Answer> {
  const { accessToken, content, headers, ...rest } = question
  return ask(url, {
    method: 'POST',
    ...rest,
    headers: {
      ...(content !== undefined && { 'content-type': 'application/json' }),
      ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
      ...headers,
    },
    ...(content !== undefined && { body: JSON.stringify(content) }),
  })
}

export interface TokenAnswer {
  access_token: string
  refresh_token: string
}

/** @throws Error where the demo account cannot sign in */
export async function signIn(url: string, from?: string): Promise<TokenAnswer> {
  const answer = await postForm(`${url}/token`, { username: 'johndoe', password: 'secret' }, from)
  if (answer.status !== 200) throw new Error(`not let in: ${answer.status} ${answer.body}`)
  return JSON.parse(answer.body)
}

/** 200 while the token is accepted. */
export async function call(url: string, accessToken: string): Promise<number> {
  const headers = { authorization: `Bearer ${accessToken}` }
  return (await ask(`${url}/api/protected`, { headers })).status
}
