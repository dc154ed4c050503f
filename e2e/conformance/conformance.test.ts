// Our own server against the conformance suite, and the suite against broken servers.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { forgiveFailures } from '../../server/testing/forgive-failures.ts'
import { openTestApp, type TestApp } from '../../server/testing/test-app.ts'
import { startTestServer } from '../support/test-server.ts'
import { readArguments } from './arguments.ts'
import { breakages, variations } from './breakages.ts'
import { type Breakage, startProxy } from './breaking-proxy.ts'
import { chapters, chaptersFor } from './chapters.ts'
import { formatSum, judge, type Verdict } from './report.ts'
import { startYesServer } from './yes-server.ts'

const { options: keycardOptions } = readArguments(['http://localhost'])
const { options: oauthOptions } = readArguments([
  'http://localhost',
  ...['--profile', 'oauth', '--username', 'johndoe', '--password', 'secret'],
  ...['--call-path', '/api/users/me', '--scope', 'me', '--other-scope', 'me:write'],
  ...['--client-id', 'keycard-cli', '--other-client-id', 'keycard-web'],
])

const listFailures = (verdicts: readonly Verdict[]) =>
  verdicts
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ source, clause, sentence, why }) => `${source} ${clause}: ${sentence} (${why})`)

test('our own server fails no requirement, and offers every feature', async () => {
  const server = await startTestServer()
  try {
    const verdicts = await judge(chapters, { ...keycardOptions, url: server.url })
    expect(listFailures(verdicts)).toEqual([])
    const others = verdicts.filter(({ outcome }) => outcome !== 'passed')
    expect(others, formatSum(verdicts)).toEqual([])
    expect(verdicts.length).toBeGreaterThan(90)
  } finally {
    await server.close()
  }
})

test('no sentence occurs twice in a chapter', () => {
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
    // Keycard takes the proxy's address for its own, so that what it says of its address is right.
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

  async function judgeWith(
    breakage: Breakage,
    judging = chapters,
    options = keycardOptions,
  ): Promise<Verdict[]> {
    proxy.breakWith(breakage)
    return judge(judging, { ...options, url: proxy.url })
  }

  test('through a proxy that breaks nothing, nothing fails', async () => {
    expect(listFailures(await judgeWith({}))).toEqual([])
  })

  test.each(breakages)('a server that $name fails only "$fails"', async ({ breakage, fails }) => {
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

  test.each(variations)('a server that $name fails nothing', async ({ breakage }) => {
    const verdicts = await judgeWith(breakage, chaptersFor('oauth'), oauthOptions)
    expect(listFailures(verdicts)).toEqual([])
    expect(verdicts.filter(({ outcome }) => outcome === 'passed').length).toBeGreaterThan(40)
  })

  test('a server that throttles for long is not judged on the throttled requests', async () => {
    const answer: Breakage['answer'] = (passing, { path, body }) => {
      if (path !== '/token' || !body.includes('grant_type=Password')) return
      passing.status = 429
      passing.headers['retry-after'] = '900'
    }
    const verdicts = await judgeWith({ answer }, chaptersFor('oauth').slice(0, 1), oauthOptions)
    const others = verdicts.filter(({ outcome }) => outcome !== 'passed')
    expect(others).toMatchObject([
      { outcome: 'not judged', sentence: 'grant_type is case-sensitive' },
    ])
  })

  test.each([200, 404, 500])(
    'a server that says %i to everything is not judged: no sign-in works',
    async (status) => {
      const server = await startYesServer(status)
      try {
        const judging = judge(chapters, { ...keycardOptions, url: server.url })
        await expect(judging).rejects.toThrow('Signing in at /token does not work')
      } finally {
        await server.close()
      }
    },
  )
})
