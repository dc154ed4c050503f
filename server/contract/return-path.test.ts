// R75: the return path after sign-in is one of our own paths, whatever was asked for.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { homePath } from './pages.ts'
import { safeReturnPath } from './return-path.ts'

const origin = 'https://keycard.example'

describe('R75: the return path', () => {
  it.each([
    ['/users'],
    ['/account'],
    ['/docs'],
    ['/users?page=2&sort=username'],
    ['/users?query=a%20b#row-3'],
    ['/users?from=https%3A%2F%2Fkeycard.example%2F'],
  ])('follows %s as it is', (next) => {
    expect(safeReturnPath(next)).toBe(next)
  })

  it('resolves dots and encodes what a Location header cannot hold', () => {
    expect(safeReturnPath('/account/../users')).toBe('/users')
    expect(safeReturnPath('/users?query=é')).toBe('/users?query=%C3%A9')
  })

  it.each([
    ['nothing', undefined],
    ['a list', ['/users', '/users']],
    ['an empty text', ''],
    ['another origin', 'https://evil.example/'],
    ['a script', 'javascript:alert(1)'],
    ['a scheme-relative address', '//evil.example'],
    ['backslashes', '/\\evil.example'],
    ['a backslash later on', '/users\\..\\x'],
    ['a tab that browsers drop', '/\t/evil.example'],
    ['a newline that browsers drop', '/\n/evil.example'],
    ['a leading space', ' //evil.example'],
    ['an encoded slash', '/%2Fevil.example'],
    ['a slash encoded twice', '/%252Fevil.example'],
    ['an encoded backslash', '/%5Cevil.example'],
    ['a backslash encoded twice', '/%255cevil.example'],
    ['an encoded line break', '/users%0d%0aSet-Cookie:x'],
    ['an encoded NUL', '/users%00'],
    ['an encoded DEL', '/users%7F'],
    ['a C1 control', '/users\u0085'],
    ['dots that end in two slashes', '/..//evil.example'],
    ['encoded dots that end in two slashes', '/%2e%2e//evil.example'],
    ['dots between slashes', '/.//evil.example'],
    ['bad percent-encoding', '/users%zz'],
    ['bad UTF-8', '/users%FF'],
    ['endless encoding', `/%${'25'.repeat(20)}2Fevil.example`],
    ['a text that is too long', `/users?q=${'x'.repeat(3_000)}`],
    ['the sign-in page itself', '/login?next=/users'],
    ['the sign-in page behind dots', '/users/../login'],
    ['the registration page', '/register?next=/users'],
  ])('refuses %s', (_name, next) => {
    expect(safeReturnPath(next)).toBe(homePath)
  })

  const hostilePiece = fc.constantFrom(
    ...['/', '\\', '.', '..', '%2f', '%2F', '%5c', '%25', '%252f', '%2e', '%09', '%0a', '\t', '\n'],
    ...[
      '\r',
      '\0',
      ' ',
      '@',
      ':',
      ';',
      '?',
      '#',
      'evil.example',
      'https:',
      'users',
      'login',
      '\u2028',
    ],
  )
  const hostileText = fc.oneof(
    fc.array(hostilePiece, { maxLength: 12 }).map((pieces) => `/${pieces.join('')}`),
    fc.array(hostilePiece, { maxLength: 12 }).map((pieces) => pieces.join('')),
    fc.string({ unit: 'binary' }),
    fc.webUrl(),
  )

  it('always stays on our origin, decoded or not, and is ASCII without controls', () => {
    fc.assert(
      fc.property(hostileText, (next) => {
        let path = safeReturnPath(next)
        expect(path).toMatch(/^\/[\x21-\x7e]*$/)
        for (let decodings = 0; decodings < 3; decodings += 1) {
          expect(path).not.toMatch(/^[^?#]*(\\|\/\/)/)
          const target = new URL(path, origin)
          expect(target.origin).toBe(origin)
          expect(target.pathname).not.toMatch(/^\/\//)
          path = decodeURIComponent(path)
        }
      }),
      { numRuns: 2_000 },
    )
  })

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(hostileText, (next) => {
        const path = safeReturnPath(next)
        expect(safeReturnPath(path)).toBe(path)
      }),
      { numRuns: 2_000 },
    )
  })
})
