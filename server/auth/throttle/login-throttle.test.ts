// How often a password may be guessed, on both engines, with a clock that the test sets.

import { randomInt } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { AppError } from '../../contract/app-error.ts'
import { dayMs } from '../../db/clock.ts'
import { makeRandomId } from '../../db/random-id.ts'
import { forEachEngine, shareTestDatabase } from '../../testing/databases.ts'
import { createTestClock } from '../../testing/test-clock.ts'
import { createMasterKeys } from '../secrets/master-key.ts'
import {
  addressWindowMs,
  createLoginThrottle,
  type PasswordAttempt,
  widePoolFactor,
} from './login-throttle.ts'
import { createThrottleCounters } from './throttle-counters.ts'

interface Phone {
  deviceId?: string
}

const makeAddress = () => `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`

const yearMs = 365 * dayMs

const masterKeys = createMasterKeys([new Uint8Array(32).fill(1)])

forEachEngine((engine) => {
  const database = shareTestDatabase(engine)

  /** Each with accounts and addresses of its own. */
  function setUp({ failuresPerAddress = 1_000, nameCounters = 2 ** 18 } = {}) {
    const clock = createTestClock()
    const known = new Set<string>()
    const counters = createThrottleCounters({
      database: database(),
      nowMs: () => sql.lit(clock.now()),
    })
    const knows = async (userId: string, where: string | null | undefined) =>
      known.has(`${userId} ${where}`)
    const throttle = createLoginThrottle({
      counters,
      masterKeys,
      failuresPerAddress,
      nameCounters,
      knownDevices: { isKnown: knows },
      knownPlaces: { isKnown: knows },
    })
    const userId = makeRandomId()
    const owner: PasswordAttempt = {
      userId,
      login: 'johndoe',
      device: { address: makeAddress(), userAgent: null },
    }
    known.add(`${userId} phone`)
    /** Undefined where it would be tried again in a moment. */
    const reserve = async (attempt: PasswordAttempt) => {
      const reserved = await (await throttle.admit(attempt)).reserve()
      return reserved === 'pending' ? undefined : reserved
    }
    const reserveNow = async (attempt: PasswordAttempt) => {
      const reserved = await reserve(attempt)
      if (!reserved) throw new Error('Another attempt is pending')
      return reserved
    }
    /** One that fails: 'let in', or how many seconds to wait. */
    const attempt = async ({ deviceId, ...more }: Partial<PasswordAttempt> & Phone = {}) => {
      try {
        const reserved = await reserve({ ...owner, device: { ...owner.device, deviceId }, ...more })
        await reserved?.fail()
        return reserved ? 'let in' : 'pending'
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        // With hundreds at once some find no connection in time: those are not checked either.
        return error.retryAfterSeconds ?? error.reason
      }
    }
    return { clock, counters, throttle, known, owner, reserve: reserveNow, attempt }
  }

  async function failTimes(times: number, attempt: () => Promise<unknown>): Promise<void> {
    for (let count = 0; count < times; count++) expect(await attempt()).toBe('let in')
  }

  test('an account whose failures were dated a year ahead is open once the clock is right', async () => {
    const { clock, attempt } = setUp()
    clock.advance(yearMs)
    await failTimes(5, attempt)
    expect(await attempt()).toBe(1)
    clock.advance(1_000)
    expect(await attempt()).toBe('let in')
    expect(await attempt()).toBe(2)
    clock.advance(-yearMs)
    expect(await attempt()).toBe('let in')
    // From then on they are counted as ever.
    expect(await attempt()).toBe(4)
  })

  test('an address whose failures were dated a year ahead is open once the clock is right', async () => {
    const { clock, attempt } = setUp({ failuresPerAddress: 3 })
    const stranger = () => attempt({ userId: makeRandomId() })
    clock.advance(yearMs)
    await failTimes(3, stranger)
    expect(await stranger()).toBe(600)
    clock.advance(-yearMs)
    await failTimes(3, stranger)
    expect(await stranger()).toBe(600)
  })

  test('a counter that expires later than any rule remembers is purged', async () => {
    const { clock, counters, attempt } = setUp()
    clock.advance(yearMs)
    await attempt()
    clock.advance(-yearMs)
    const { throttle_counters: left } = await counters.purge()
    expect(left).toBeGreaterThanOrEqual(1)
  })

  describe('an account, from devices it does not know', () => {
    test('R99: five failures are free, then the wait doubles to fifteen minutes', async () => {
      const { clock, attempt } = setUp()
      await failTimes(5, attempt)
      for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]) {
        expect(await attempt()).toBe(seconds)
        clock.advance(seconds * 1_000 - 1)
        expect(await attempt()).toBe(1)
        clock.advance(1)
        expect(await attempt()).toBe('let in')
      }
    })

    /** As often as it is allowed, waiting as long as it takes each time. */
    async function failPatiently({ clock, reserve, owner }: ReturnType<typeof setUp>) {
      const counts = { looked: 0, closing: 0 }
      for (let tries = 0; tries < 120; tries++) {
        const reserved = await reserve(owner).catch(() => undefined)
        await reserved?.fail()
        if (reserved) counts.looked += 1
        if (reserved?.closesAccount) counts.closing += 1
        clock.advance(1_000_000)
      }
      return counts
    }

    test('R99: after eighty in a row it is closed, and known devices and places have the rest of a hundred', async () => {
      const given = setUp()
      const { attempt, known, owner } = given
      expect(await failPatiently(given)).toEqual({ looked: 80, closing: 1 })
      expect(await attempt()).toBe(900)
      known.add(`${owner.userId} ${owner.device.address}`)
      await failTimes(10, () => attempt({ deviceId: 'phone' }))
      expect((await failPatiently(given)).looked).toBe(10)
      expect(await attempt({ deviceId: 'phone' })).toBe(900)
    })

    test('R99: thirty days later ten guesses come back, not a hundred', async () => {
      const given = setUp()
      const { clock, attempt } = given
      await failPatiently(given)
      clock.advance(28 * dayMs)
      expect(await attempt()).toBe(900)
      clock.advance(2 * dayMs)
      expect(await failPatiently(given)).toEqual({ looked: 10, closing: 1 })
      expect(await attempt()).toBe(900)
    })

    test('R101: of a thousand at once exactly five are allowed', async () => {
      const { attempt } = setUp()
      const outcomes = await Promise.all(Array.from({ length: 1_000 }, () => attempt()))
      expect(outcomes.filter((outcome) => outcome === 'let in')).toHaveLength(5)
    })

    test('a success forgets the failures in a row', async () => {
      const { attempt, owner, reserve } = setUp()
      await failTimes(4, attempt)
      await (await reserve(owner)).succeed()
      await failTimes(5, attempt)
      expect(await attempt()).toBe(1)
    })

    test('an attempt that was never checked is given back', async () => {
      const { attempt, owner, reserve } = setUp()
      await failTimes(4, attempt)
      for (let count = 0; count < 20; count++) await (await reserve(owner)).release()
      expect(await attempt()).toBe('let in')
      expect(await attempt()).toBe(1)
    })

    test('an attempt that was never checked leaves no row', async () => {
      const { owner, reserve } = setUp({ failuresPerAddress: 10 })
      const login = `nobody-${makeRandomId()}`
      const device = { address: `2001:db8::${randomInt(65_536).toString(16)}:1`, userAgent: null }
      const countRows = async () => {
        const rows = await database().kysely.selectFrom('throttle_counters').select('key').execute()
        return rows.length
      }
      const before = await countRows()
      const attempts = await Promise.all([
        reserve({ userId: undefined, login, device }),
        reserve(owner),
      ])
      expect(await countRows()).toBeGreaterThan(before)
      for (const attempt of attempts) await attempt.release()
      expect(await countRows()).toBe(before)
    })

    test('setting a new password opens it again', async () => {
      const { attempt, throttle, owner } = setUp()
      await failTimes(5, attempt)
      await throttle.reopen(owner.userId ?? '')
      expect(await attempt()).toBe('let in')
    })
  })

  describe('a device the account knows', () => {
    const phone = { deviceId: 'phone' }

    test('is allowed while strangers have closed the account, and opens it again', async () => {
      const { attempt, clock, owner, reserve } = setUp()
      for (let count = 0; count < 80; count++) {
        await attempt()
        clock.advance(900_000)
      }
      expect(await attempt()).toBe(900)
      await (await reserve({ ...owner, device: { ...owner.device, ...phone } })).succeed()
      expect(await attempt()).toBe('let in')
    })

    test('shares its ten failures with every other one, and has then those of all', async () => {
      const { attempt, known, owner } = setUp()
      const devices = Array.from({ length: 1_000 }, (_unused, index) => `device ${index}`)
      for (const device of devices) known.add(`${owner.userId} ${device}`)
      for (const deviceId of devices.slice(0, 15))
        expect(await attempt({ deviceId })).toBe('let in')
      for (const deviceId of devices) expect(await attempt({ deviceId })).toBe(1)
      expect(await attempt()).toBe(1)
    })

    test('is held back by no address, however many failed there', async () => {
      const { attempt } = setUp({ failuresPerAddress: 1 })
      expect(await attempt({ userId: undefined, login: `stranger-${makeRandomId()}` })).toBe(
        'let in',
      )
      expect(await attempt()).toBe(600)
      expect(await attempt(phone)).toBe('let in')
    })

    test('is a stranger to every other account', async () => {
      const { attempt } = setUp()
      const other = { ...phone, userId: makeRandomId() }
      await failTimes(5, () => attempt(other))
      expect(await attempt(other)).toBe(1)
    })
  })

  describe('a place the account knows', () => {
    /** The owner's program, and strangers elsewhere who have closed the account. */
    async function setUpClosed() {
      const given = setUp()
      const { attempt, clock, known, owner } = given
      known.add(`${owner.userId} ${owner.device.address}`)
      const stranger = () => attempt({ device: { address: makeAddress(), userAgent: null } })
      for (let count = 0; count < 80; count++) {
        await stranger()
        clock.advance(900_000)
      }
      expect(await stranger()).toBe(900)
      return { ...given, stranger }
    }

    test('is allowed while strangers elsewhere have closed the account, and opens it again', async () => {
      const { owner, reserve, stranger } = await setUpClosed()
      await (await reserve(owner)).succeed()
      expect(await stranger()).toBe('let in')
    })

    test('has ten failures of its own, with the usual waits, and then those of all', async () => {
      const { attempt, clock } = await setUpClosed()
      await failTimes(5, attempt)
      for (const seconds of [1, 2, 4, 8, 16]) {
        clock.advance(seconds * 1_000 - 1)
        expect(await attempt()).toBe(900)
        clock.advance(1)
        expect(await attempt()).toBe('let in')
      }
      clock.advance(900_000)
      expect(await attempt()).toBe(900)
    })

    test('R106: there, an account and a name without one are throttled alike', async () => {
      const { attempt, clock, known, owner } = setUp()
      known.add(`${owner.userId} ${owner.device.address}`)
      const nobody = { userId: undefined, login: `nobody-${makeRandomId()}` }
      for (let count = 0; count < 40; count++) {
        expect(await attempt()).toBe(await attempt(nobody))
        clock.advance(count * 500)
      }
    })

    test('is not held back by its address until they are used up, and counts for it', async () => {
      const { attempt, clock, known, owner } = setUp({ failuresPerAddress: 2 })
      known.add(`${owner.userId} ${owner.device.address}`)
      const another = () => attempt({ userId: makeRandomId() })
      await failTimes(1, another)
      await failTimes(5, attempt)
      expect(await another()).toBe(600)
      for (const seconds of [1, 2, 4, 8, 16]) {
        clock.advance(seconds * 1_000)
        expect(await attempt()).toBe('let in')
      }
      clock.advance(32_000)
      expect(await attempt()).toBe(600 - 63)
    })

    test('an attempt from there that was never checked leaves strangers the wait they had', async () => {
      const { attempt, clock, known, owner, reserve } = setUp()
      known.add(`${owner.userId} ${owner.device.address}`)
      const stranger = () => attempt({ device: { address: makeAddress(), userAgent: null } })
      await failTimes(5, stranger)
      for (const seconds of [1, 2, 4, 8, 16]) {
        clock.advance(seconds * 1_000)
        expect(await stranger()).toBe('let in')
      }
      expect(await stranger()).toBe(32)
      await (await reserve(owner)).release()
      expect(await stranger()).toBe(32)
      clock.advance(32_000)
      expect(await stranger()).toBe('let in')
    })

    test('R101: of ten at once from there exactly five are allowed', async () => {
      for (let round = 0; round < 5; round++) {
        const { attempt, known, owner } = setUp()
        known.add(`${owner.userId} ${owner.device.address}`)
        const outcomes = await Promise.all(Array.from({ length: 10 }, () => attempt()))
        expect(outcomes.filter((outcome) => outcome === 'let in')).toHaveLength(5)
      }
    })

    test('leaves the failures of devices alone, as those do its own', async () => {
      const { attempt } = await setUpClosed()
      await failTimes(10, () => attempt({ deviceId: 'phone' }))
      await failTimes(5, attempt)
    })
  })

  describe('attempts that have not ended', () => {
    test('refuse no other attempt: they may be right', async () => {
      const { owner, reserve, throttle, attempt } = setUp()
      await failTimes(4, attempt)
      const first = await reserve(owner)
      const second = await throttle.admit(owner)
      expect(await second.reserve()).toBe('pending')
      await first.succeed()
      expect(await second.reserve()).not.toBe('pending')
    })

    test('are failures where they fail', async () => {
      const { owner, reserve, throttle, attempt } = setUp()
      await failTimes(4, attempt)
      const first = await reserve(owner)
      const second = await throttle.admit(owner)
      await first.fail()
      await expect(second.reserve()).rejects.toMatchObject({ retryAfterSeconds: 1 })
      expect(await attempt()).toBe(1)
    })

    test('are failures after fifteen seconds: their process has died', async () => {
      const { owner, reserve, clock, attempt } = setUp()
      for (let count = 0; count < 9; count++) {
        await (await reserve(owner)).fail()
        clock.advance(16_000)
      }
      await reserve(owner)
      expect(await attempt()).toBe('pending')
      clock.advance(15_000)
      // Of the 32 s that follow the tenth.
      expect(await attempt()).toBe(17)
    })
  })

  describe('an address', () => {
    test('has so many failures in ten minutes, over all accounts', async () => {
      const { attempt, clock } = setUp({ failuresPerAddress: 30 })
      const anybody = () => attempt({ userId: makeRandomId() })
      const outcomes = await Promise.all(Array.from({ length: 200 }, anybody))
      expect(outcomes.filter((outcome) => outcome === 'let in')).toHaveLength(30)
      clock.advance(addressWindowMs - 1)
      expect(await anybody()).toBe(1)
      clock.advance(1)
      expect(await anybody()).toBe('let in')
    })

    test('is not forgiven by a success, which itself is not a failure', async () => {
      const { attempt, owner, reserve } = setUp({ failuresPerAddress: 2 })
      expect(await attempt({ userId: makeRandomId() })).toBe('let in')
      for (let count = 0; count < 5; count++) await (await reserve(owner)).succeed()
      expect(await attempt({ userId: makeRandomId() })).toBe('let in')
      expect(await attempt({ userId: makeRandomId() })).toBe(600)
    })

    test('R103: of IPv6 counts by its /64, and eight times as often by the /48 around it', async () => {
      const { attempt } = setUp({ failuresPerAddress: 2 })
      const network = `2001:db8:${randomInt(65_536).toString(16)}`
      const fromNetwork = (subnet: number) =>
        attempt({
          userId: makeRandomId(),
          device: { address: `${network}:${subnet.toString(16)}::1`, userAgent: null },
        })
      await failTimes(2, () => fromNetwork(0))
      expect(await fromNetwork(0)).toBe(600)
      for (let subnet = 1; subnet < widePoolFactor; subnet++) {
        await failTimes(2, () => fromNetwork(subnet))
      }
      expect(await fromNetwork(1_000)).toBe(600)
      expect(await attempt({ userId: makeRandomId() })).toBe('let in')
    })

    test('is not charged where the account is closed: nothing was checked', async () => {
      const { attempt } = setUp({ failuresPerAddress: 7 })
      await failTimes(5, attempt)
      for (let count = 0; count < 20; count++) expect(await attempt()).toBe(1)
      await failTimes(2, () => attempt({ userId: makeRandomId() }))
    })

    test('is not charged where the account is closed while an attempt waits for its turn', async () => {
      const { attempt, owner, throttle } = setUp({ failuresPerAddress: 6 })
      const waiting = await throttle.admit(owner)
      await failTimes(5, attempt)
      await expect(waiting.reserve()).rejects.toMatchObject({ reason: 'too_many_requests' })
      expect(await attempt({ userId: makeRandomId() })).toBe('let in')
      expect(await attempt({ userId: makeRandomId() })).toBe(600)
    })
  })

  test('R102, R106: a name without an account is throttled as an account is, in every spelling', async () => {
    const { attempt, owner } = setUp()
    const nobody = `nobody-${owner.userId}`
    const spellings = [nobody, nobody.toUpperCase(), nobody.replace('n', 'ｎ')]
    for (let count = 0; count < 5; count++) {
      const login = spellings[count % spellings.length] ?? nobody
      expect(await attempt({ userId: undefined, login })).toBe('let in')
    }
    for (const login of spellings) expect(await attempt({ userId: undefined, login })).toBe(1)
  })

  test('however many names without an account are tried, they share a fixed number of rows', async () => {
    const { attempt } = setUp({ nameCounters: 7 })
    const countRows = async () => {
      const rows = await database()
        .kysely.selectFrom('throttle_counters')
        .select('key')
        .where('key', 'like', 'name:%')
        .execute()
      return rows.length
    }
    const before = await countRows()
    const outcomes = new Set<unknown>()
    for (let count = 0; count < 60; count++) {
      outcomes.add(await attempt({ userId: undefined, login: `nobody-${makeRandomId()}` }))
    }
    expect((await countRows()) - before).toBeLessThanOrEqual(7)
    expect(outcomes.has('let in')).toBe(true)
  })

  test('no typed name is stored: it may have been a password', async () => {
    const { attempt } = setUp()
    const typed = `orchard lantern ${makeRandomId()}`
    await attempt({ userId: undefined, login: typed })
    const rows = await database().kysely.selectFrom('throttle_counters').select('key').execute()
    expect(rows.length).toBeGreaterThan(0)
    expect(JSON.stringify(rows)).not.toContain(typed)
  })

  test('the purge deletes expired counters, and nothing else', async () => {
    const { attempt, clock, counters, owner } = setUp()
    const keysOf = async () => {
      const rows = await database().kysely.selectFrom('throttle_counters').select('key').execute()
      return rows.map(({ key }) => key)
    }
    await attempt()
    expect(await keysOf()).toContain(`address:${owner.device.address}`)
    clock.advance(addressWindowMs + 1)
    await counters.purge()
    const keys = await keysOf()
    expect(keys).toContain(`account:${owner.userId}`)
    expect(keys).not.toContain(`address:${owner.device.address}`)
  })
})
