// Hashing and checking, on the real threads: what is equal, what is not, and what is refused unhashed.

import bcrypt from 'bcryptjs'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { type BcryptEngineName, loadBcryptEngine } from './bcrypt-engine.js'
import { listMissingCosts } from './password-worker.js'
import { createPasswords, type Passwords, type PasswordsOptions } from './passwords.ts'
import type { Pepper, StoredPassword } from './stored-password.ts'

const oldPepper: Pepper = { id: 'old', key: new Uint8Array(32).fill(7) }
const newPepper: Pepper = { id: 'new', key: Uint8Array.from({ length: 32 }, (_, byte) => byte) }
const password = 'my dog ate nine green pears'
const no = { ok: false, rehash: false }
const yes = { ok: true, rehash: false }
const yesButRehash = { ok: true, rehash: true }

/** The native one is optional: it is not made for every system. */
const fastest = await loadBcryptEngine(undefined)
const engines: readonly BcryptEngineName[] = [...new Set(['bcryptjs' as const, fastest.name])]

describe.each(engines)('with %s', (engine) => {
  const quick = { cost: 4, lowestCost: 4, peppers: [newPepper], engine }
  const usual = createPasswords({ ...quick, threads: 2 })
  const opened: Passwords[] = []

  function open(options: Partial<PasswordsOptions>): Passwords {
    const passwords = createPasswords({ ...quick, threads: 1, ...options })
    opened.push(passwords)
    return passwords
  }

  /** How many turns of a thread `action` took. */
  async function countThreadTurns(action: () => Promise<unknown>): Promise<number> {
    const before = usual.stats().completed
    await action()
    return usual.stats().completed - before
  }

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((passwords) => passwords.close()))
  })

  afterAll(() => usual.close())

  describe('hash and verify', () => {
    it('accepts the right password and refuses another', async () => {
      const stored = await usual.hash(password)
      expect(await usual.verify(password, stored)).toEqual(yes)
      expect(await usual.verify('my dog ate nine green pear', stored)).toEqual(no)
      expect(await usual.verify('', stored)).toEqual(no)
    })

    it('R93: stores the cost in the hash, and a salt of its own each time', async () => {
      const [one, other] = await Promise.all([usual.hash(password), usual.hash(password)])
      expect(one.hash).toMatch(/^\$2b\$04\$[./A-Za-z0-9]{53}$/)
      expect(one.hash).not.toBe(other.hash)
      expect(one.keyId).toBe('new')
    })

    it('R93: accepts no cost below 10 or above 15, and no missing pepper', () => {
      for (const cost of [9, 16, Number.NaN]) {
        expect(() => createPasswords({ cost, peppers: [newPepper] })).toThrow(RangeError)
      }
      expect(() => open({ cost: 16 })).toThrow(RangeError)
      expect(() => open({ peppers: [] })).toThrow(TypeError)
    })

    it('R90: distinguishes two passwords that differ after byte 72', async () => {
      const stored = await usual.hash(`${'x'.repeat(72)} one`)
      expect(await usual.verify(`${'x'.repeat(72)} two`, stored)).toEqual(no)
      expect(await usual.verify(`${'x'.repeat(72)} one`, stored)).toEqual(yes)
      // The trap itself, without the pre-hash:
      expect(
        bcrypt.compareSync(`${'x'.repeat(72)}2`, bcrypt.hashSync(`${'x'.repeat(72)}1`, 4)),
      ).toBe(true)
    })

    it('R90: hashes all 256 characters of the longest password', async () => {
      const stored = await usual.hash('🦊'.repeat(256))
      expect(await usual.verify('🦊'.repeat(256), stored)).toEqual(yes)
      expect(await usual.verify(`${'🦊'.repeat(255)}🐕`, stored)).toEqual(no)
    })

    it('R91: composed and decomposed accents sign in alike', async () => {
      const stored = await usual.hash('Zo\u00EB\u2019s caf\u00E9 is open')
      expect(await usual.verify('Zoe\u0308\u2019s cafe\u0301 is open', stored)).toEqual(yes)
    })

    it('R91: never takes one lone surrogate for another, nor for U+FFFD', async () => {
      const stored = await usual.hash('fifteen and \uFFFD')
      expect(await usual.verify('fifteen and \uD800', stored)).toEqual(no)
      expect(await usual.verify('fifteen and \uFFFD', stored)).toEqual(yes)
    })

    it('R94: makes what HMAC-SHA-384 and bcrypt of other makers make', async () => {
      // Made with Python's hmac and libxcrypt from newPepper.
      const foreign = {
        hash: '$2b$10$abcdefghijklmnopqrstuu.oT1rdM/NkAEG2R3oCKC4SCQQEU.vci',
        keyId: 'new',
      }
      expect(await open({ cost: 10 }).verify('Zoë’s café is open until 23:00', foreign)).toEqual(
        yes,
      )
    })

    it('R94: accepts nothing without the key, and nothing with another one of the same id', async () => {
      const stored = await usual.hash(password)
      const thief = open({ peppers: [{ id: 'new', key: oldPepper.key }] })
      expect(await thief.verify(password, stored)).toEqual(no)
      expect(await thief.verify(password, { ...stored, keyId: null })).toEqual(no)
    })
  })

  describe('rehash', () => {
    it('R93, R110: is asked for once the cost is another: every refusal takes the same time', async () => {
      const cheap = await usual.hash(password)
      const raised = open({ cost: 5 })
      expect(await raised.verify(password, cheap)).toEqual(yesButRehash)
      const dear = await raised.hash(password)
      expect(await raised.verify(password, dear)).toEqual(yes)
      expect(await usual.verify(password, dear)).toEqual(yesButRehash)
    })

    it('R94: is asked for where an older key was used', async () => {
      const stored = await open({ peppers: [oldPepper] }).hash(password)
      const rotated = open({ peppers: [newPepper, oldPepper] })
      expect(await rotated.verify(password, stored)).toEqual(yesButRehash)
      expect((await rotated.hash(password)).keyId).toBe('new')
    })

    it('is never asked for after a wrong password', async () => {
      const stored = await open({ peppers: [oldPepper] }).hash(password)
      const rotated = open({ cost: 5, peppers: [newPepper, oldPepper] })
      expect(await rotated.verify('wrong', stored)).toEqual(no)
    })
  })

  describe('imported hashes', () => {
    it.each([
      // The first is crypt_blowfish's published vector, the others were made with libxcrypt.
      ['U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
      [
        'correct horse battery staple',
        '$2b$10$N9qo8uLOickgx2ZMRZoMyehtJ/whDdsI.d1w/JqKiOrDw8pCT0JLG',
      ],
      [
        'grüße aus Köln, schöne Welt',
        '$2y$10$7EqJtq98hPqEX7fNZaFWoO0CngOPoPkmEybZHvrBd9S6yeAoJO.gK',
      ],
    ])('R94: accepts %s as other software hashed it, and upgrades it', async (typed, hash) => {
      const passwords = open({ cost: 10 })
      expect(await passwords.verify(typed, { hash, keyId: null })).toEqual(yesButRehash)
      expect(await passwords.verify(`${typed}.`, { hash, keyId: null })).toEqual(no)
    })

    it('R66, R94: keeps it sealed until then, and it is useless without the key', async () => {
      const plain = bcrypt.hashSync(password, 4)
      const adopted = usual.adopt(plain)
      expect(adopted.hash).not.toContain(plain.slice(7))
      expect(adopted.hash).not.toMatch(/\$2/)
      expect(await usual.verify(password, adopted)).toEqual(yesButRehash)
      expect(await usual.verify('wrong', adopted)).toEqual(no)
      const keyId = adopted.keyId ?? ''
      const thief = open({ peppers: [{ id: keyId, key: new Uint8Array(32) }] })
      expect(await thief.verify(password, adopted)).toMatchObject(no)
      // The master key was changed, and the previous one is kept.
      const adoptedBefore = open({ peppers: [oldPepper] }).adopt(plain)
      const rotated = open({ peppers: [newPepper, oldPepper] })
      expect(await rotated.verify(password, adoptedBefore)).toEqual(yesButRehash)
      expect(await usual.verify(password, adoptedBefore)).toMatchObject(no)
    })

    it('R92: does not let NUL cut a password short', async () => {
      const plain = { hash: bcrypt.hashSync('abc', 4), keyId: null }
      expect(await usual.verify('abc\0abc', plain)).toEqual(no)
      expect(await usual.verify('abc\0', plain)).toEqual(no)
      expect(await usual.verify('abc', plain)).toEqual(yesButRehash)
      expect(await usual.verify('abc\0', await usual.hash(password))).toEqual(no)
    })
  })

  describe('the same work whatever is wrong', () => {
    it('R110: an unknown user costs one hash at the current cost, from the first call on', async () => {
      const stranger = open({})
      expect(await stranger.verify(password, undefined)).toEqual(no)
      expect(await stranger.verify('', undefined)).toEqual(no)
      expect(stranger.stats().completed).toBe(2)
    })

    it('R110: a hash at a lower cost is made up to the current one', () => {
      for (const [storedCost, leastCost] of [
        [4, 12],
        [10, 12],
        [11, 12],
        [12, 12],
      ] as const) {
        const rounds = [storedCost, ...listMissingCosts(storedCost, leastCost)].map(
          (cost) => 2 ** cost,
        )
        expect(rounds.reduce((sum, count) => sum + count)).toBe(2 ** leastCost)
      }
      expect(listMissingCosts(13, 12)).toEqual([])
    })

    it('R110: a wrong password at a cheap imported hash takes the same work as any other', async () => {
      const dear = open({ cost: 12 })
      const work = async (stored: StoredPassword) => {
        const before = process.cpuUsage()
        expect(await dear.verify('wrong', stored)).toEqual(no)
        return process.cpuUsage(before).user
      }
      const usualWork = await work(await dear.hash(password))
      const cheap = { hash: bcrypt.hashSync('abc', 4), keyId: null }
      // With 2^4 rounds against 2^12 it would be a 256th.
      expect(await work(cheap)).toBeGreaterThan(usualWork / 4)
    })

    it('R95: length is checked before anything else, and costs no more than a wrong password', async () => {
      const stored = await usual.hash('x'.repeat(256))
      for (const wrong of ['x'.repeat(257), 'e\u0301'.repeat(5_000_000)]) {
        const check = async () => expect(await usual.verify(wrong, stored)).toEqual(no)
        expect(await countThreadTurns(check)).toBe(1)
      }
    })

    it.each([
      [31, 'The stored hash has cost 31, beyond 15: refused'],
      [16, 'The stored hash has cost 16, beyond 15: refused'],
    ])('R96: a stored cost of %i is refused without that work', async (cost, fault) => {
      const { hash } = await usual.hash(password)
      const stored = { hash: hash.replace('$04$', `$${cost}$`), keyId: 'new' }
      const check = async () =>
        expect(await usual.verify(password, stored)).toEqual({ ...no, fault })
      expect(await countThreadTurns(check)).toBe(1)
    })

    it.each([
      '',
      'x',
      '$2b$10$',
      '$2x$10$abcdefghijklmnopqrstuu.oT1rdM/NkAEG2R3oCKC4SCQQEU.vci',
      '$argon2id$v=19$',
    ])('a stored %j is a reported fault and never matches', async (hash) => {
      const verdict = { ...no, fault: 'The stored hash is not bcrypt' }
      const check = async () =>
        expect(await usual.verify(password, { hash, keyId: null })).toEqual(verdict)
      expect(await countThreadTurns(check)).toBe(1)
    })

    it('R94: a missing key is a reported fault and never matches', async () => {
      const stored = await open({ peppers: [oldPepper] }).hash(password)
      const verdict = { ...no, fault: 'The stored hash needs the master key old, which is gone' }
      const check = async () => expect(await usual.verify(password, stored)).toEqual(verdict)
      expect(await countThreadTurns(check)).toBe(1)
    })
  })

  describe('the threads', () => {
    it('R95: leave the main thread free to turn while they hash', async () => {
      const dear = open({ cost: 10, threads: 2 })
      const turns = countTurns()
      await Promise.all(Array.from({ length: 3 }, () => dear.verify(password, undefined)))
      expect(turns.stop()).toBeGreaterThan(200)
    })

    it('R95: control: the count would show it if the main thread hashed', async () => {
      const turns = countTurns()
      await Promise.all(Array.from({ length: 3 }, () => bcrypt.hash(password, 10)))
      expect(turns.stop()).toBeLessThan(20)
    })

    it('R95: beyond the queue a call is refused as overloaded, and the earlier ones succeed', async () => {
      const passwords = open({ threads: 1, maxQueue: 2 })
      const stored = await passwords.hash(password)
      // One on the thread, one that is next on it, and two that wait.
      const calls = Array.from({ length: 6 }, () => passwords.verify(password, stored))
      const settled = await Promise.allSettled(calls)
      expect(settled.map(({ status }) => status)).toEqual([
        ...['fulfilled', 'fulfilled', 'fulfilled', 'fulfilled'],
        ...['rejected', 'rejected'],
      ])
      await expect(calls[5]).rejects.toMatchObject({
        reason: 'overloaded',
        retryAfterSeconds: expect.toSatisfy((seconds: number) => seconds >= 1),
      })
      expect(passwords.stats()).toEqual({ running: 0, waiting: 0, completed: 5, refused: 2 })
    })

    it('close lets a running hash end and refuses the waiting ones', async () => {
      const passwords = open({ threads: 1 })
      const running = [passwords.hash(password), passwords.hash(password)]
      const waiting = expect(passwords.hash(password)).rejects.toMatchObject({
        reason: 'overloaded',
      })
      await passwords.close()
      await waiting
      for (const { keyId } of await Promise.all(running)) expect(keyId).toBe('new')
    })
  })
})

describe('the same answer from both engines', () => {
  const secrets = [
    ...[
      '',
      'x',
      'x'.repeat(71),
      'x'.repeat(72),
      'x'.repeat(73),
      'é'.repeat(36),
      `x${'é'.repeat(36)}`,
    ],
    ...[
      '日本語のパスワード',
      '🦊'.repeat(18),
      `${'x'.repeat(71)}é`,
      '\u2028',
      'p\u00e4ss',
      'a'.repeat(1_000),
    ],
  ]
  const versions = ['$2a$', '$2b$', '$2y$']

  it('what one has hashed the other verifies, and what one refuses the other refuses', async () => {
    const makers = await Promise.all(engines.map(loadBcryptEngine))
    for (const secret of secrets) {
      for (const maker of makers) {
        const hash = maker.hash(secret, 4)
        expect(hash).toMatch(/^\$2b\$04\$[./A-Za-z0-9]{53}$/)
        for (const version of versions) {
          const stored = version + hash.slice(4)
          for (const candidate of secrets) {
            const verdicts = makers.map(({ verify }) => verify(candidate, stored))
            expect(new Set(verdicts).size, `${candidate} ${stored}`).toBe(1)
          }
          expect(maker.verify(secret, stored)).toBe(true)
        }
      }
    }
  })

  it('a named engine that is not there is an error, and no other is used', async () => {
    await expect(loadBcryptEngine('argon2' as BcryptEngineName)).rejects.toThrow('argon2')
  })
})

/**
 * Counts the turns of the event loop until it is stopped: few where something blocks the main
 * thread.
 */
function countTurns() {
  let turns = 0
  let next = setImmediate(count)
  function count() {
    turns += 1
    next = setImmediate(count)
  }
  return {
    stop() {
      clearImmediate(next)
      return turns
    },
  }
}
