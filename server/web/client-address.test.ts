// The client's address, behind proxies that each write addresses in their own way.

import { Writable } from 'node:stream'
import fc from 'fast-check'
import { pino } from 'pino'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { forgiveFailures } from '../testing/forgive-failures.ts'
import { propertyCases } from '../testing/property-cases.ts'
import { openTestApp, type TestApp } from '../testing/test-app.ts'
import { readForwardedAddress } from './client-address.ts'

test.each([
  ['198.51.100.8', '198.51.100.8'],
  ['198.51.100.8:40001', '198.51.100.8'],
  [' "198.51.100.8:40001" ', '198.51.100.8'],
  ['2001:DB8:0::1', '2001:db8::1'],
  ['[2001:db8::1]', '2001:db8::1'],
  ['[2001:db8::1]:443', '2001:db8::1'],
  ['"[2001:db8::1]:443"', '2001:db8::1'],
  ['2001:db8:1:2:3:4:5:6:443', '2001:db8:1:2:3:4:5:6'],
  ['fe80::1%eth0', 'fe80::1'],
  ['[fe80::1%25eth0]:443', 'fe80::1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['[::ffff:c000:201]:443', '192.0.2.1'],
])('%j is read as %s', (entry, address) => {
  expect(readForwardedAddress(entry)).toBe(address)
})

test.each([
  '',
  'unknown',
  '_hidden',
  '198.51.100.8:port',
  '198.51.100.8:123456',
  '198.51.100.8.9',
  '999.1.1.1',
  '[198.51.100.8]:1',
  '[2001:db8::1',
  '2001:db8::1]:443',
  ':443',
  '1'.repeat(8_000),
  `${' '.repeat(8_000)}198.51.100.8`,
])('%j is not an address', (entry) => {
  expect(readForwardedAddress(entry)).toBeUndefined()
})

test('property: any address is read with and without a port, and always gets the same spelling', () => {
  const port = fc.integer({ min: 0, max: 65_535 })
  fc.assert(
    fc.property(fc.ipV4(), fc.ipV6(), port, (four, six, number) => {
      expect(readForwardedAddress(`${four}:${number}`)).toBe(four)
      const address = readForwardedAddress(six)
      expect(address).toBeDefined()
      expect(readForwardedAddress(`[${six}]:${number}`)).toBe(address)
      expect(readForwardedAddress(address ?? '')).toBe(address)
    }),
    propertyCases,
  )
})

describe('R103: behind a trusted proxy', () => {
  const lines: string[] = []
  const logger = pino(
    { level: 'warn' },
    new Writable({
      write(line, _encoding, done) {
        lines.push(String(line))
        done()
      },
    }),
  )
  let keycard: TestApp
  beforeAll(async () => {
    const proxies = '10.0.0.0/8,192.168.7.7,2001:db8:a::/48'
    const env = { SIGN_IN_FAILURES_PER_ADDRESS: '3', TRUSTED_PROXIES: proxies }
    keycard = await openTestApp({ env, logger })
  })
  beforeEach(() => forgiveFailures(keycard.services))
  afterAll(() => keycard.close())

  let names = 0
  async function guess(forwardedFor: string, remoteAddress = '10.0.0.1'): Promise<number> {
    names += 1
    const answer = await keycard.app.inject({
      method: 'POST',
      url: '/token',
      remoteAddress,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-forwarded-for': forwardedFor,
      },
      payload: `username=nobody-${names}&password=wrong`,
    })
    return answer.statusCode
  }

  test.each([
    ['a port at each address', (index: number) => `198.51.100.8:${40_000 + index}`],
    ['brackets and a port', (index: number) => `[2001:db8::8]:${40_000 + index}`],
    ['quotes', () => '"198.51.100.8"'],
  ])("with %s, a stranger's failures count against one address only", async (_, say) => {
    for (let index = 0; index < 3; index++) expect(await guess(say(index))).toBe(401)
    expect(await guess(say(3))).toBe(429)
    expect(await guess('203.0.113.50:6001')).toBe(401)
  })

  test('proxies in a row are skipped, whether they name a port or not', async () => {
    const ways = ['192.0.2.1:50, 10.0.0.2:4000', '9.9.9.9, 192.0.2.1, 2001:db8:a::7', '192.0.2.1']
    for (const way of ways) expect(await guess(way)).toBe(401)
    expect(await guess('192.0.2.1:51,10.0.0.3,10.0.0.2:4000')).toBe(429)
  })

  test('a peer that is not a trusted proxy can name no address but its own', async () => {
    for (const index of [1, 2, 3]) expect(await guess(`192.0.2.${index}`, '198.51.100.7')).toBe(401)
    expect(await guess('192.0.2.4', '::ffff:198.51.100.7')).toBe(429)
  })

  test('a single listed proxy is trusted, and its neighbour is not', async () => {
    for (const index of [1, 2, 3, 4]) {
      expect(await guess(`192.0.2.${index}`, '192.168.7.7')).toBe(401)
    }
    for (const index of [5, 6, 7]) expect(await guess(`192.0.2.${index}`, '192.168.7.8')).toBe(401)
    expect(await guess('192.0.2.8', '192.168.7.8')).toBe(429)
  })

  test("where the header cannot be read, the address is the connection's, and the log says so once", async () => {
    lines.length = 0
    const junk = ['unknown', 'x'.repeat(8_000), '198.51.100.8, _hidden']
    for (const way of junk) expect(await guess(way)).toBe(401)
    expect(await guess('junk')).toBe(429)
    expect(await guess('junk', '10.0.0.2')).toBe(401)
    expect(lines.filter((line) => line.includes('X-Forwarded-For'))).toHaveLength(1)
  })

  test('no invalid address is stored, and no user agent of more than 400 characters', async () => {
    for (const way of ['x'.repeat(8_000), '198.51.100.8:1', '[2001:DB8::1]:2']) {
      await keycard.app.inject({
        method: 'POST',
        url: '/token',
        // As Node writes it where the server listens on both IPv4 and IPv6.
        remoteAddress: '::ffff:10.0.0.1',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'user-agent': 'u'.repeat(6_000),
          'x-forwarded-for': way,
        },
        payload: 'username=johndoe&password=secret',
      })
    }
    const { kysely } = keycard.services.database
    const places = ['address', 'user_agent'] as const
    const sessions = await kysely.selectFrom('sessions').select(places).execute()
    expect(sessions.map(({ address }) => address).sort()).toEqual([
      '10.0.0.1',
      '198.51.100.8',
      '2001:db8::1',
    ])
    const events = await kysely.selectFrom('audit_events').select(places).execute()
    for (const { address, user_agent } of [...sessions, ...events]) {
      expect(address?.length).toBeLessThanOrEqual(45)
      expect(user_agent?.length).toBeLessThanOrEqual(400)
    }
  })
})
