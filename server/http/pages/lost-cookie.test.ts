// A browser that kept no cookie: how it is recognised, and what the page says.

import { expect, test } from 'vitest'
import { comesFromForm, describeLostCookie } from './lost-cookie.ts'

const host = 'login.example:3000'

test.each<[string, Record<string, string>, boolean]>([
  ['the sign-in form', { referer: `http://${host}/login?next=%2Fitems` }, true],
  ['the registration form', { referer: `http://${host}/register` }, true],
  ['another one of our pages', { referer: `http://${host}/users` }, false],
  ['a form of another host', { referer: 'http://evil.example/login' }, false],
  ['text that is not an address', { referer: 'login' }, false],
  ['one of our pages that names none', { 'sec-fetch-site': 'same-origin' }, true],
  ['a page elsewhere that names none', { 'sec-fetch-site': 'cross-site' }, false],
  ['nowhere', {}, false],
])('recognises a browser that comes from %s', (_where, headers, isFromForm) => {
  expect(comesFromForm({ headers, host })).toBe(isFromForm)
})

test('a Secure cookie over http is blamed on the settings, any other on the browser', () => {
  const say = (publicUrl: string, cookieSecure: boolean) =>
    describeLostCookie({ publicUrl, cookieSecure })
  expect(say('http://login.example', true)).toContain('leave COOKIE_SECURE out')
  expect(say('http://login.example', false)).toContain('allow cookies there')
  expect(say('https://login.example', true)).toContain('allow cookies there')
})
