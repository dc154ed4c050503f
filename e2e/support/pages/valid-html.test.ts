// The HTML of our pages, as the server sends it: by the HTML standard, before any script has run.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { homePath } from '../../../server/contract/pages.ts'
import { openTestApp, type TestApp } from '../../../server/testing/test-app.ts'
import { findHtmlFaults } from './valid-html.ts'

let keycard: TestApp

beforeAll(async () => {
  keycard = await openTestApp()
})

afterAll(() => keycard.close())

describe('the HTML that is served', () => {
  it.each(['/login', `/login?reason=expired&next=${encodeURIComponent(homePath)}`, homePath])(
    'of %s is valid',
    async (url) => {
      const { statusCode, body } = await keycard.app.inject({ url })
      expect(statusCode).toBe(200)
      expect(await findHtmlFaults(body)).toEqual([])
    },
  )

  it('for a refused form is valid, whatever was typed', async () => {
    const { statusCode, body } = await keycard.app.inject({
      method: 'POST',
      url: '/login',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'sec-fetch-site': 'same-origin',
      },
      payload: new URLSearchParams({ username: '"><b> & \u202e', password: 'x' }).toString(),
    })
    expect(statusCode).toBe(401)
    expect(await findHtmlFaults(body)).toEqual([])
  })
})

describe('control: the check', () => {
  it.each([
    ['<p><div></div></p>', /element-permitted-content|close-order/],
    ['<img src="a.png">', /wcag\/h37/],
    ['<b id="a"></b><b id="a"></b>', /no-dup-id/],
    ['<p style="color: red">', /no-inline-style/],
  ])('finds what is wrong with %s', async (html, rule) => {
    const page = `<!doctype html><html lang="en"><head><title>A</title></head><body>${html}</body></html>`
    expect((await findHtmlFaults(page)).join()).toMatch(rule)
  })
})
