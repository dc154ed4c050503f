// What a balancer and Prometheus learn from a healthy server, and from an unhealthy one.

import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createTestPlace } from '../../testing/databases.ts'
import { openTestApp, type TestApp } from '../../testing/test-app.ts'
import { createTestClock } from '../../testing/test-clock.ts'

async function withApp(
  options: Parameters<typeof openTestApp>[0],
  work: (keycard: TestApp) => Promise<void>,
): Promise<void> {
  const keycard = await openTestApp(options)
  try {
    await work(keycard)
  } finally {
    await keycard.close()
  }
}

describe('R115: /readyz', () => {
  test('says that all is well', () =>
    withApp({}, async ({ app }) => {
      const answer = await app.inject('/readyz')
      expect(answer.json()).toEqual({
        status: 'ok',
        checks: { database: 'ok', changes: 'ok', clock: 'ok', server: 'ok' },
      })
      expect(answer.statusCode).toBe(200)
      expect(answer.headers['cache-control']).toBe('no-store')
    }))

  test("a command is refused where this machine's clock differs from the database's, and both times are named", () =>
    withApp({ clock: createTestClock() }, async ({ services }) => {
      await expect(services.checkClock()).rejects.toThrow(
        /^This machine's clock says 2026-01-02T03:04:05.000Z, and the database's 20\d\d-.*Z: set/,
      )
    }))

  test('says that the clock differs from the database’s', () =>
    withApp({ clock: createTestClock() }, async ({ app }) => {
      const answer = await app.inject('/readyz')
      expect(answer.statusCode).toBe(503)
      expect(answer.json().checks.clock).toMatch(/^\d+ s behind the database's$/)
    }))

  test('says that the database is gone, while /healthz goes on', async () => {
    const place = await createTestPlace('postgres')
    const masterKey = randomBytes(32).toString('base64')
    const env = { DATABASE_URL: place.url ?? '', MASTER_KEY: masterKey }
    await withApp({ env }, async ({ app }) => {
      expect((await app.inject('/readyz')).statusCode).toBe(200)
      await place.remove()
      const answer = await app.inject('/readyz')
      expect(answer.statusCode).toBe(503)
      expect(answer.headers['retry-after']).toBe('5')
      expect(answer.json()).toMatchObject({
        status: 'unavailable',
        checks: { database: 'does not answer', clock: 'not compared' },
      })
      expect((await app.inject('/healthz')).json()).toEqual({ status: 'ok' })
    })
  })
})

describe('/metrics', () => {
  const form = { 'content-type': 'application/x-www-form-urlencoded' }

  test('counts sign-ins by outcome, refreshes and hashes, and measures the routes', () =>
    withApp({}, async ({ app }) => {
      const post = (payload: string) =>
        app.inject({ method: 'POST', url: '/token', headers: form, payload })
      // The first request loads the metrics library.
      await app.inject('/metrics')
      const { refresh_token } = (await post('username=johndoe&password=secret')).json()
      await post('username=johndoe&password=wrong')
      await post(`grant_type=refresh_token&refresh_token=${refresh_token}`)
      await app.inject('/trpc/sessions.list')
      await app.inject('/trpc/made.up')
      await app.inject('/nowhere/made-up')

      const answer = await app.inject('/metrics')
      expect(answer.headers['content-type']).toContain('text/plain')
      const lines = answer.body.split('\n')
      expect(lines).toContain('keycard_events_total{event="signed_in"} 1')
      expect(lines).toContain('keycard_events_total{event="sign_in_refused"} 1')
      expect(lines).toContain('keycard_events_total{event="refreshed"} 1')
      expect(lines).toContain('keycard_password_queue{state="waiting"} 0')
      for (const route of ['/token', '/trpc/sessions.list', '/trpc/unknown', 'unknown']) {
        expect(answer.body).toContain(`_duration_seconds_count{route="${route}",`)
      }
      expect(answer.body).not.toContain('made')
      expect(answer.body).toContain('nodejs_eventloop_lag_p99_seconds')
    }))

  test.each([
    ['127.0.0.1', undefined, 200],
    ['::1', undefined, 200],
    ['192.0.2.1', undefined, 401],
    ['192.0.2.1', 'Bearer another-token-of-its-length', 401],
    ['192.0.2.1', 'Bearer the-token-for-prometheus-1', 200],
  ])('from %s with %s it is %i', async (remoteAddress, authorization, status) => {
    await withApp({ env: { METRICS_TOKEN: 'the-token-for-prometheus-1' } }, async ({ app }) => {
      const headers = authorization === undefined ? {} : { authorization }
      const answer = await app.inject({ url: '/metrics', remoteAddress, headers })
      expect(answer.statusCode).toBe(status)
    })
  })

  test.each([
    ['forwarded', 'for=192.0.2.1'],
    ['x-forwarded-for', '192.0.2.1'],
    ['via', '1.1 Caddy'],
  ])('a proxy on this machine that sends %s: %s opens them to no one', (name, value) =>
    withApp({}, async ({ app }) => {
      const answer = await app.inject({ url: '/metrics', headers: { [name]: value } })
      expect(answer.statusCode).toBe(401)
    }),
  )

  test('without METRICS_TOKEN they cannot be read from elsewhere', () =>
    withApp({}, async ({ app }) => {
      const headers = { authorization: 'Bearer null' }
      const answer = await app.inject({ url: '/metrics', remoteAddress: '192.0.2.1', headers })
      expect(answer.statusCode).toBe(401)
      expect(answer.json().detail).toContain('METRICS_TOKEN')
    }))
})
