// Nested JSON bodies: accepted up to the deepest allowed level, and no deeper.

import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestApp, type TestApp } from '../testing/test-app.ts'

let keycard: TestApp
beforeAll(async () => {
  keycard = await openTestApp({ env: { DEMO_ACCOUNTS: 'off' } })
})
afterAll(() => keycard.close())

async function send(payload: string) {
  const answer = await keycard.app.inject({
    method: 'POST',
    url: '/trpc/auth.login',
    headers: { 'content-type': 'application/json' },
    payload,
  })
  const { reason, fields = [] } = answer.json().error.data
  return [answer.statusCode, reason, ...fields.map(({ path }: { path: string }) => path)]
}

const padding = ' '.repeat(2_000)
const nest = (depth: number) => `${'['.repeat(depth)}0${']'.repeat(depth)}`

test.each([
  ['['.repeat(60_000)],
  ['{"a":'.repeat(10_000)],
  [`{"username":${nest(32)}}${padding}`],
  [`{"a":"\\\\","b":${nest(32)}}${padding}`],
  [`[${'[],'.repeat(1_000)}${nest(32)}]`],
])('R82: a body that is nested too deeply is not parsed: %.20s', async (payload) => {
  expect(await send(payload)).toEqual([400, 'invalid_request'])
})

test.each([
  [`{"username":${nest(31)}}${padding}`],
  [`{"a":"${'['.repeat(2_000)}","b":"\\"${'{'.repeat(2_000)}"}`],
  [`[${Array(1_000).fill('[]').join()}]`],
])('a body within the limit is read, including brackets in its strings: %.20s', async (payload) => {
  const [status, reason] = await send(payload)
  expect([status, reason]).toEqual([400, 'invalid_input'])
})
