// The tortures of crashes and of a database that hangs, in short: outcomes, and no times.

import { once } from 'node:events'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import * as features from '../server/contract/features.ts'
import { homePath } from '../server/contract/pages.ts'
import { ask, postForm, signIn } from './torture/ask.ts'
import { killKeycard } from './torture/crashes.ts'
import { startNodes } from './torture/nodes.ts'
import {
  forgeOldRow,
  holdCommit,
  revokeMany,
  signOutBothWays,
  startSkewedNodes,
} from './torture/revocation-faults.ts'
import { callProtected, promisedMs } from './torture/revocation-probes.ts'

const minute = 60_000

// What they write are items: an app without them has nothing to lose here.
describe('R116: kill -9 while people write', () => {
  test.runIf('items' in features)(
    'loses nothing that was acknowledged, leaves no half of a change, and the check finds halves',
    async () => {
      const { ledger, lost, halfStates, blindSpots } = await killKeycard(1)
      expect(ledger.acknowledged).toBeGreaterThan(0)
      expect({ lost, halfStates, blindSpots }).toEqual({ lost: [], halfStates: [], blindSpots: [] })
      expect(ledger.wrongAnswers).toEqual([])
    },
    minute,
  )
})

describe('while PostgreSQL hangs', () => {
  test(
    'R51: calls that need it are answered "later", the rest goes on, and afterwards everything works',
    async () => {
      const nodes = await startNodes(1)
      onTestFinished(nodes.stop)
      const [url = ''] = nodes.urls
      const { refresh_token } = await signIn(url)
      const refresh = () => postForm(`${url}/token`, { grant_type: 'refresh_token', refresh_token })
      const statuses = (paths: readonly string[]) =>
        Promise.all(paths.map(async (path) => (await ask(`${url}${path}`)).status))

      nodes.wires[0]?.hold()
      const hung = await refresh()
      expect([hung.status, hung.headers['retry-after']]).toEqual([503, '5'])
      const apart = ['/healthz', '/.well-known/jwks.json', homePath, '/login']
      expect(await statuses(apart)).toEqual([200, 200, 200, 200])
      expect(await statuses(['/readyz'])).toEqual([503])

      nodes.wires[0]?.release()
      expect((await refresh()).status).toBe(200)
      const isReady = async () => (await statuses(['/readyz']))[0] === 200
      await vi.waitUntil(isReady, { timeout: minute / 2 })
    },
    minute,
  )

  test(
    'R115: SIGTERM still ends a server',
    async () => {
      const nodes = await startNodes(1)
      onTestFinished(nodes.stop)
      const [server] = nodes.processes
      if (!server) throw new Error('there is no server')
      await signIn(server.url)
      nodes.wires[0]?.hold()
      server.process.kill('SIGTERM')
      expect(await once(server.process, 'exit')).toEqual([0, null])
    },
    minute,
  )
})

describe('R58: two nodes whose clocks are a minute apart', () => {
  test(
    'accept no ended token: not while its commit was held, nor among a mass of them; a row dated as old is missed',
    async () => {
      const nodes = await startSkewedNodes()
      onTestFinished(nodes.stop)
      const isKept = (delaysMs: number[]) => delaysMs.map((delayMs) => delayMs < promisedMs.closed)
      expect(isKept(await holdCommit(nodes, 1))).toEqual([true, true])
      expect(isKept(await revokeMany(nodes, 20_000))).toEqual([true, true])
      // Control: a row that the database itself dates as old is missed, and a new one is seen.
      const accessToken = await forgeOldRow(nodes)
      await signOutBothWays(nodes, 1)
      const statuses = nodes.urls.map(async (url) => (await callProtected(url, accessToken)).status)
      expect(await Promise.all(statuses)).toEqual([200, 200])
    },
    minute,
  )
})
