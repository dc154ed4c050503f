// The sign-in page's slots: inserted text always stays text.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { productName, signInHeading } from '../../contract/brand.ts'
import {
  describeSignIn,
  type SignInSlots,
  signInMessages,
} from '../../contract/pages/sign-in-page.ts'
import { slotMarks } from '../../contract/pages/sign-in-slots.ts'
import { createLoginPage } from './login-page.ts'

const template = [
  `<title>${slotMarks.title}</title><style>a{color:red}</style>`,
  `<div class="page" data-state="${slotMarks.state}"><small>${slotMarks.light}</small>`,
  `<div class="alert ${slotMarks.tone}">${slotMarks.message}</div>`,
  `<input name="next" value="${slotMarks.next}"><input value="${slotMarks.username}">`,
  `<a href="${slotMarks.otherPage}">Create one</a></div>`,
].join('\n')

const page = createLoginPage(template)

const idle: SignInSlots = { state: 'idle', message: '', next: '/account', username: '' }

describe('the sign-in page', () => {
  it('shows state, message, next and username', () => {
    const message = signInMessages.wrongCredentials
    expect(page.render({ state: 'error', message, next: '/account', username: 'johndoe' })).toBe(
      [
        `<title>${escapeByHand(`Error: ${signInHeading} · ${productName}`)}</title><style>a{color:red}</style>`,
        '<div class="page" data-state="error"><small>Denied</small>',
        `<div class="alert bad">${message}</div>`,
        '<input name="next" value="/account"><input value="johndoe">',
        '<a href="/register?next=%2Faccount">Create one</a></div>',
      ].join('\n'),
    )
  })

  it.each([
    ['an attribute that ends', '"><script>alert(1)</script>'],
    ['a handler', `" onfocus="alert(1)" autofocus x="`],
    ['a tag that ends', '</div><img src=x onerror=alert(1)>'],
    ['an apostrophe', `'-alert(1)-'`],
    ['an entity', '&quot;&lt;script&gt;'],
    ["a mark of the template's own", slotMarks.message],
    ['a replacement pattern', "$& $1 $` $'"],
  ])('keeps %s as text, in every slot', (_name, hostile) => {
    const html = page.render({ state: 'error', message: hostile, next: hostile, username: hostile })
    const escaped = escapeByHand(hostile)
    expect(html).toContain(`<div class="alert bad">${escaped}</div>`)
    expect(html).toContain(`<input name="next" value="${escaped}">`)
    expect(html).toContain(`<input value="${escaped}">`)
    expect(html.match(/[<>"]/g)).toEqual(page.render(idle).match(/[<>"]/g))
  })

  it('never lets a slot change the structure around it', () => {
    const structure = page.render(idle).match(/[<>"']/g)
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        (message, next, username) => {
          const html = page.render({ state: 'idle', message, next, username })
          expect(html.match(/[<>"']/g)).toEqual(structure)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('allows its inlined style by the hash that the browser computes', () => {
    // printf 'a{color:red}' | openssl dgst -sha256 -binary | base64
    expect(page.styleHash).toBe('sha256-6hWWMOcF+mJesSJGYhmK2lkIIEw9Xc5XKGLPVzh8yxs=')
  })

  it('is refused where the build left no place for a slot', () => {
    expect(() => createLoginPage(template.replace(slotMarks.username, ''))).toThrow(
      'The built sign-in page has no place for: username',
    )
  })

  it('marks every failure state in its title', () => {
    const titleOf = (state: SignInSlots['state']) => describeSignIn({ ...idle, state }).title
    expect(titleOf('error')).toMatch(/^Error: /)
    expect(titleOf('throttled')).toMatch(/^Error: /)
    expect(titleOf('expired')).toBe(`${signInHeading} · ${productName}`)
  })
})

function escapeByHand(text: string): string {
  return text
    .replaceAll('&', '&#38;')
    .replaceAll('<', '&#60;')
    .replaceAll('>', '&#62;')
    .replaceAll('"', '&#34;')
    .replaceAll("'", '&#39;')
}
