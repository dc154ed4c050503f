// One HTTP request and its whole answer, including what fetch cannot send: two headers of one name.

import { type IncomingHttpHeaders, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'

export interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
  /** undefined where the answer is not a JSON object. */
  json: Record<string, unknown> | undefined
}

export interface Question {
  method?: string
  /** A list sends the header once for each of its values. */
  headers?: Record<string, string | string[]>
  body?: string | Uint8Array
}

/** In milliseconds: a later answer counts as none. */
const answerTimeoutMs = 20_000

/** Redirects are not followed: a redirect is part of the answer. */
export function send(url: URL, { method = 'GET', headers = {}, body }: Question): Promise<Answer> {
  const open = url.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    const request = open(url, { method, headers, timeout: answerTimeoutMs, agent: false })
    request.once('timeout', () => request.destroy(new Error(`${url.pathname} gave no answer`)))
    request.once('error', reject)
    request.once('response', (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (part: string) => {
        text += part
      })
      response.once('error', reject)
      response.once('end', () => {
        const { statusCode: status = 0, headers: received } = response
        resolve({ status, headers: received, text, json: readJsonObject(text) })
      })
    })
    // Set by hand, so that a request with a body and no Content-Type can be sent too.
    if (body !== undefined) request.setHeader('content-length', Buffer.byteLength(body))
    request.end(body)
  })
}

function readJsonObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? { ...value }
      : undefined
  } catch {
    return undefined
  }
}
