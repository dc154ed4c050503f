// Swagger UI's page: served entirely from here, with nothing inline and no other files.

import { afterAll, beforeAll, expect, it } from 'vitest'
import { productName } from '../../contract/brand.ts'
import { escapeHtml } from '../../contract/escape-html.ts'
import { openTestApp, type TestApp } from '../../testing/test-app.ts'

let keycard: TestApp
beforeAll(async () => {
  keycard = await openTestApp()
})
afterAll(() => keycard.close())

it('serves the page at /docs, with or without a trailing slash', async () => {
  for (const url of ['/docs', '/docs/']) {
    const answer = await keycard.app.inject(url)
    expect(answer.statusCode).toBe(200)
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(answer.body).toContain(`<title>${escapeHtml(`${productName} API`)}</title>`)
  }
})

it('R74: allows nothing inline and nothing from elsewhere', async () => {
  const { body, headers } = await keycard.app.inject('/docs')
  expect(headers['content-security-policy']).toContain("script-src 'self'; style-src 'self';")
  // Over plain http, on any host but localhost, it would break the page.
  expect(headers['content-security-policy']).not.toContain('upgrade-insecure-requests')
  expect(body).not.toMatch(/<style|<script>|https?:|\son\w+=/)
})

it('serves every file that the page names', async () => {
  const { body } = await keycard.app.inject('/docs')
  const files = [...body.matchAll(/(?:link rel="\w+" href|script src)="([^"]+)"/g)].map(
    ([, file = '']) => file,
  )
  expect(files.length).toBeGreaterThan(3)
  for (const file of files) {
    expect((await keycard.app.inject(file)).statusCode, file).toBe(200)
  }
})

it.each(['index.html', 'oauth2-redirect.html', 'csp.json', '../package.json', '%2e%2e/index.js'])(
  'does not serve /docs/%s',
  async (file) => {
    const answer = await keycard.app.inject(`/docs/${file}`)
    expect([answer.statusCode, answer.json()]).toEqual([404, { detail: 'Not Found' }])
  },
)
