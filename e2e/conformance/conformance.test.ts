// Our own server against the conformance suite, and the suite against servers that are broken.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { forgiveFailures } from '../forgive-failures.ts'
import { openTestApp, type TestApp } from '../test-app.ts'
import { startTestServer } from '../test-server.ts'
import { breakages } from './breakages.ts'
import { type Breakage, startProxy } from './breaking-proxy.ts'
import { chapters } from './chapters.ts'
import { formatSum, judge, type Verdict } from './report.ts'
import { startYesServer } from './yes-server.ts'

const demoAccounts = {
  username: 'johndoe',
  password: 'secret',
  disabled: { username: 'alice', password: 'secret2' },
  inspector: { username: 'admin', password: 'admin-secret' },
}

const listFailures = (verdicts: readonly Verdict[]) =>
  verdicts
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ source, clause, sentence, why }) => `${source} ${clause}: ${sentence} (${why})`)

test('our own server fails no requirement', async () => {
  const server = await startTestServer()
  try {
    const verdicts = await judge(chapters, { url: server.url, ...demoAccounts })
    expect(listFailures(verdicts)).toEqual([])
    const passed = verdicts.filter(({ outcome }) => outcome === 'passed')
    expect(passed.length, formatSum(verdicts)).toBeGreaterThan(90)
  } finally {
    await server.close()
  }
})

test('no sentence is there twice in a chapter', () => {
  for (const { requirements } of chapters) {
    const sentences = requirements.map(({ sentence }) => sentence)
    expect(new Set(sentences).size).toBe(sentences.length)
  }
})

describe('controls', () => {
  let keycard: TestApp
  let proxy: Awaited<ReturnType<typeof startProxy>>

  beforeAll(async () => {
    proxy = await startProxy()
    // Keycard believes that it is the proxy, so that what it says of its own address is right.
    keycard = await openTestApp({ env: { PUBLIC_URL: proxy.url } })
    await keycard.app.listen({ host: 'localhost', port: 0 })
    const address = keycard.app.server.address()
    proxy.forwardTo(typeof address === 'object' && address !== null ? address.port : 0)
  })

  afterEach(() => forgiveFailures(keycard.services))

  afterAll(async () => {
    await proxy.close()
    await keycard.close()
  })

  async function judgeWith(breakage: Breakage, judging = chapters): Promise<Verdict[]> {
    proxy.breakWith(breakage)
    return judge(judging, { url: proxy.url, ...demoAccounts })
  }

  test('through a proxy that breaks nothing, nothing fails', async () => {
    expect(listFailures(await judgeWith({}))).toEqual([])
  })

  test.each(breakages)('a server that $name fails just "$fails"', async ({ breakage, fails }) => {
    const expected = [fails].flat()
    // Only the chapters it belongs to: each sign-in hashes a password, and that is slow on purpose.
    const concerned = chapters.filter(({ requirements }) =>
      requirements.some(({ sentence }) => expected.includes(sentence)),
    )
    const failed = (await judgeWith(breakage, concerned)).filter(
      ({ outcome }) => outcome === 'failed',
    )
    expect(failed.map(({ sentence }) => sentence)).toEqual(expected)
  })

  test.each([200, 404, 500])(
    'a server that says %i to everything passes nothing',
    async (status) => {
      const server = await startYesServer(status)
      try {
        const verdicts = await judge(chapters, { url: server.url, ...demoAccounts })
        const passed = verdicts.filter(({ outcome }) => outcome === 'passed')
        expect(passed.map(({ sentence }) => sentence)).toEqual([])
      } finally {
        await server.close()
      }
    },
  )
})
