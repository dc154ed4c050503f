// One request, one id: in all of its log lines, and in its answer.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOperatorLog } from '../auth/audit/operator-log.ts'
import { openTestApp, type TestApp } from '../testing/test-app.ts'

let lines: { reqId?: string; msg: string; event?: string }[] = []
let keycard: TestApp

beforeAll(async () => {
  const logger = createOperatorLog('info', { write: (line) => void lines.push(JSON.parse(line)) })
  keycard = await openTestApp({ logger })
})
afterAll(() => keycard.close())

function signIn(headers: Record<string, string> = {}) {
  lines = []
  return keycard.app.inject({
    method: 'POST',
    url: '/token',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    payload: 'username=johndoe&password=wrong',
  })
}

test('R114: every log line of a request has its id, including the audit log’s', async () => {
  const [one, other] = [await signIn(), await signIn()]
  const id = other.headers['x-request-id']
  expect(id).toMatch(/^[\w-]{20,40}$/)
  expect(id).not.toBe(one.headers['x-request-id'])
  expect(lines.map(({ reqId, msg }) => [reqId, msg])).toEqual([
    [id, 'incoming request'],
    [id, 'sign in refused'],
    [id, 'request completed'],
  ])
})

test('R114: no client chooses the id in our log', async () => {
  const forged = 'chosen-by-a-client'
  const answer = await signIn({ 'x-request-id': forged, 'request-id': forged })
  expect(answer.headers['x-request-id']).not.toBe(forged)
  expect(JSON.stringify(lines)).not.toContain(forged)
})

test('R114: an alarm says where the old token was shown, in which request', async () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }
  const post = (payload: string) =>
    keycard.app.inject({ method: 'POST', url: '/token', headers: form, payload })
  const { refresh_token: first } = (await post('username=johndoe&password=secret')).json()
  const refresh = (token: string) => post(`grant_type=refresh_token&refresh_token=${token}`)
  await refresh((await refresh(first)).json().refresh_token)
  lines = []
  const answer = await refresh(first)
  expect(answer.statusCode).toBe(400)
  expect(lines.find(({ event }) => event === 'refresh_token_reused')).toMatchObject({
    reqId: answer.headers['x-request-id'],
    address: '127.0.0.1',
  })
})
