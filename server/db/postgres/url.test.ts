// DATABASE_URL in the forms that providers hand out and manuals show: accepted, or refused by name.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { StartError } from '../../settings/start-error.ts'
import { readPostgresUrl } from './url.ts'

function refusalOf(url: string): string {
  try {
    readPostgresUrl(url)
  } catch (error) {
    if (error instanceof StartError) return error.message
    throw error
  }
  return 'taken'
}

function makeFile(content: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'keycard-ca-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'ca.pem')
  writeFileSync(file, content)
  return file
}

describe('what is accepted', () => {
  const secret = { user: 'kc', password: 'p@ss/w:rd#%25' }
  test.each([
    ['a', 'postgres://kc:p%40ss%2Fw%3Ard%23%2525@h:1/d', [{ ...secret, host: 'h', port: 1 }]],
    ['an upper-case scheme', 'POSTGRESQL://kc@h/d', [{ user: 'kc', host: 'h' }]],
    ['an @ in the password', 'postgres://kc:p@ss@h/d', [{ password: 'p@ss', host: 'h' }]],
    ['an IPv6 address', 'postgres://kc@[::1]:5/d', [{ host: '::1', port: 5 }]],
    ['a socket as the host', 'postgres://kc@%2Frun%2Fpg:5/d', [{ host: '/run/pg', port: 5 }]],
    ['Cloud SQL', 'postgres://kc:x@/d?host=/cloudsql/p:r:i', [{ host: '/cloudsql/p:r:i' }]],
    [
      'all as parameters',
      'postgresql:///d?host=h&port=5&user=kc&password=x',
      [{ user: 'kc', password: 'x', host: 'h', port: 5 }],
    ],
    [
      'several hosts',
      'postgres://kc@h1:1,h2:2,[::1]/d?target_session_attrs=read-write',
      [{ host: 'h1', port: 1 }, { host: 'h2', port: 2 }, { host: '::1' }],
    ],
    [
      'several hosts as parameters',
      'postgres:///d?host=h1,h2&port=5&user=kc',
      [
        { host: 'h1', port: 5 },
        { host: 'h2', port: 5 },
      ],
    ],
    ['Neon', 'postgres://h/d?sslmode=require&channel_binding=require', [{ ssl: {} }]],
    ['no TLS', 'postgres://h/d?sslmode=disable', [{ ssl: false }]],
    [
      'TLS unverified',
      'postgres://h/d?sslmode=no-verify',
      [{ ssl: { rejectUnauthorized: false } }],
    ],
    ['settings', 'postgres://h/d?options=-c%20search_path%3Da', [{ options: '-c search_path=a' }]],
    ['no database', 'postgres://kc@h:5', [{ user: 'kc', host: 'h', port: 5 }]],
  ])('%s', (_what, url, hosts) => {
    expect(readPostgresUrl(url).hosts).toMatchObject(hosts)
  })

  test('a CA of one’s own, which verify-ca trusts whatever name the certificate has', () => {
    const file = makeFile('the CA')
    const read = (mode: string) =>
      readPostgresUrl(`postgres://h/d?sslmode=${mode}&sslrootcert=${file}`).hosts[0]?.ssl
    expect(read('verify-full')).toEqual({ ca: 'the CA' })
    expect(read('verify-ca')).toEqual({ ca: 'the CA', checkServerIdentity: expect.any(Function) })
    // Anyone can get a certificate from a public CA: there the name counts.
    expect(readPostgresUrl('postgres://h/d?sslmode=verify-ca').hosts[0]?.ssl).toEqual({})
  })
})

describe('what is refused', () => {
  test.each([
    ['schema', 'postgres://h/d?schema=public', /"schema", which .* options=-c%20search_path%3D/],
    ['pgbouncer', 'postgres://h/d?pgbouncer=true', /the parameter "pgbouncer".*: leave it out\.$/],
    ['a typing error', 'postgres://h/d?sslmod=require', /the parameter "sslmod"/],
    ['hostaddr', 'postgres://h/d?hostaddr=::1', /the parameter "hostaddr"/],
    ['sslmode', 'postgres://h/d?sslmode=on', /"sslmode" .* takes disable, allow, prefer, require/],
    ['a standby', 'postgres://h/d?target_session_attrs=standby', /takes read-write, primary, any/],
    ['a CA', 'postgres://h/d?sslrootcert=/no/ca.pem', /\/no\/ca\.pem as sslrootcert, which cannot/],
  ])('%s, by its name', (_what, url, message) => {
    expect(refusalOf(url)).toMatch(message)
  })

  test.each([
    'postgres://kc:geheim/1@h:5/d',
    'postgres://kc:12/geheim@h:5/d',
    'postgres://kc:p@geheim/w:rd#%25@h:5/d',
    'postgres://kc:12?geheim@h/d',
    'postgres://kc:12?sslmode=geheim@h/d',
    'postgres://kc:12#geheim@h/d',
    'postgres://kc:geheim%@h/d',
    'postgres://kc:1@h:geheim/d',
    'postgres://h/d?geheim-1=2',
  ])('F19: %s, without a word of what may be the password', (url) => {
    const refusal = refusalOf(url)
    expect(refusal).toMatch(/^DATABASE_URL (cannot be read: .*%40 %2F|has a parameter, which)/)
    expect(refusal).not.toContain('geheim')
  })

  test('what is shown has neither the password nor parameters', () => {
    const { shown } = readPostgresUrl('postgres://kc:geheim@h1:1,h2/d?password=geheim2&host=h3')
    expect(shown).toBe('postgres://kc@h3:1/d')
  })
})
