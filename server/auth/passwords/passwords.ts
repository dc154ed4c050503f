// Hashing and checking passwords: bcrypt over a keyed pre-hash, on worker threads.

import { createHmac } from 'node:crypto'
import os from 'node:os'
import { Piscina } from 'piscina'
import {
  countPasswordCharacters,
  normalizePassword,
  passwordMaxLength,
} from '../../contract/credential-rules.ts'
import { type BcryptEngineName, loadBcryptEngine } from './bcrypt-engine.js'
import { createFairQueue, type FairQueueStats, type Share } from './fair-queue.ts'
import { isSealed, openImportedHash, sealImportedHash } from './imported-hashes.ts'
import {
  bcryptCostDefault,
  bcryptCostHighest,
  bcryptCostLowest,
  type Pepper,
  readBcryptCost,
  type StoredPassword,
} from './stored-password.ts'

export interface PasswordVerdict {
  ok: boolean
  /** Right, but stored in an outdated form: an older key, another cost, or a plain hash. */
  rehash: boolean
  /**
   * Why the stored hash could not be checked at all: for the operator's log, never for the client.
   */
  fault?: string
}

export interface PasswordsOptions {
  /** Newest first: the first one hashes, all of them verify. */
  peppers: readonly Pepper[]
  /** bcrypt's cost: 2^cost rounds; 12 by default. */
  cost?: number
  /** 10 by default: lower is for tests, which would spend most of their time hashing. */
  lowestCost?: number
  /** As many as there are cores, 4 at most, by default. */
  threads?: number
  /** The fastest that is installed, by default. */
  engine?: BcryptEngineName
  /** How many calls may wait for a thread; 64 by default. */
  maxQueue?: number
  /** How long one may wait for a thread, in milliseconds; 5_000 by default. */
  maxWaitMs?: number
}

/**
 * Never throws because of the password, and takes as long for a user who does not exist
 * (`undefined`) as for a wrong password.
 */
export type VerifyPassword = (
  password: string,
  stored: StoredPassword | undefined,
) => Promise<PasswordVerdict>

export interface Passwords {
  /**
   * For a password that `assertNewPassword` has accepted.
   * @throws AppError overloaded
   */
  hash(password: string, share?: Share): Promise<StoredPassword>
  /**
   * Stores another software's plain bcrypt hash until its owner signs in: sealed, so that here too
   * a stolen database alone is useless for guessing.
   */
  adopt(plainHash: string): StoredPassword
  /**
   * Runs `work` when its turn has come. What belongs to a check, such as counting it, is done in
   * that turn too: a waiting attempt counts against no one.
   * @throws AppError overloaded
   */
  takeTurn<Result>(share: Share, work: (verify: VerifyPassword) => Promise<Result>): Promise<Result>
  /** In a turn of its own. @throws AppError overloaded */
  verify: VerifyPassword
  /**
   * Called before the rest of a sign-in: in a flood it is refused at once.
   * @throws AppError overloaded
   */
  requireRoom(share: Share): void
  stats(): FairQueueStats
  /** Which bcrypt is in use. */
  engineName(): Promise<BcryptEngineName>
  /** Lets running hashes end and refuses the waiting ones. */
  close(): Promise<void>
}

export const threadsDefault = Math.min(os.availableParallelism(), 4)
export function createPasswords(options: PasswordsOptions): Passwords {
  const {
    cost = bcryptCostDefault,
    lowestCost = bcryptCostLowest,
    threads = threadsDefault,
    engine,
    maxQueue = 64,
    maxWaitMs = 5_000,
  } = options
  const [newestPepper] = options.peppers
  if (newestPepper === undefined) throw new TypeError('createPasswords needs at least one pepper')
  if (!(cost >= lowestCost && cost <= bcryptCostHighest)) {
    throw new RangeError(`bcrypt's cost must be ${lowestCost} to ${bcryptCostHighest}`)
  }
  const peppers = new Map(options.peppers.map((pepper) => [pepper.id, pepper]))
  const stranger: Check = {
    possible: false,
    hash: `$2b$${cost}$${'.'.repeat(53)}`,
    cost,
    pepper: newestPepper.key,
  }

  // One more than there are threads: while it is counted in the database, no thread is idle.
  const queue = createFairQueue({ width: threads + 1, maxQueue, maxWaitMs })
  let completed = 0
  const pool = new Piscina({
    filename: new URL('./password-worker.js', import.meta.url).href,
    // Threads start with the first sign-in and end when none came for a minute.
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: 60_000,
    // A thread needs neither the secrets of the environment nor the loaders of the main thread.
    env: {},
    execArgv: [],
  })

  function read(stored: StoredPassword | undefined): Check {
    if (stored === undefined) return stranger
    const pepper = stored.keyId === null ? undefined : peppers.get(stored.keyId)
    if (stored.keyId !== null && pepper === undefined) {
      const fault = `The stored hash needs the master key ${stored.keyId}, which is gone`
      return { ...stranger, fault }
    }
    const wasImported = isSealed(stored)
    const hash = wasImported && pepper ? openImportedHash(stored.hash, pepper) : stored.hash
    const storedCost = readBcryptCost(hash)
    if (Number.isNaN(storedCost)) return { ...stranger, fault: 'The stored hash is not bcrypt' }
    if (storedCost > bcryptCostHighest) {
      return { ...stranger, fault: `The stored hash has cost ${storedCost}, beyond 15: refused` }
    }
    return { possible: true, hash, cost: storedCost, pepper: wasImported ? undefined : pepper?.key }
  }

  async function run<Result>(name: 'hash' | 'verify', task: object): Promise<Result> {
    const result: Result = await pool.run(task, { name })
    completed += 1
    return result
  }

  const verifyNow: VerifyPassword = async (password, stored) => {
    const usable = isPossiblePassword(password)
    const { possible, hash, cost: storedCost, pepper, fault } = usable ? read(stored) : stranger
    const secret = usable ? password : ''
    const matches = await run<boolean>('verify', {
      engine,
      secret: pepper === undefined ? normalizePassword(secret) : preHash(secret, pepper),
      stored: hash,
      storedCost,
      leastCost: cost,
    })
    const ok = matches && possible
    // Also for a more expensive hash: unknown names are checked at the present cost, and it would
    // stand out (R110).
    const isKeyed = pepper !== undefined && stored?.keyId === newestPepper.id
    const upToDate = isKeyed && storedCost === cost
    return { ok, rehash: ok && !upToDate, ...(fault !== undefined && { fault }) }
  }

  return {
    async hash(password, share = {}) {
      const task = { engine, secret: preHash(password, newestPepper.key), cost }
      const hash = await queue.run(share, () => run<string>('hash', task))
      return { hash, keyId: newestPepper.id }
    },

    adopt: (plainHash) => sealImportedHash(plainHash, newestPepper),

    takeTurn: (share, work) => queue.run(share, () => work(verifyNow)),

    verify: (password, stored) => queue.run({}, () => verifyNow(password, stored)),

    requireRoom: queue.requireRoom,
    stats: () => ({ ...queue.stats(), completed }),
    engineName: async () => (await loadBcryptEngine(engine)).name,

    async close() {
      await queue.close()
      await pool.destroy()
    },
  }
}

/**
 * The hash to compare with. For an unknown user it is one that no password has, at the current
 * cost.
 */
interface Check {
  possible: boolean
  hash: string
  cost: number
  pepper: Uint8Array | undefined
  fault?: string
}

/**
 * bcrypt reads 72 bytes and stops at NUL; 64 characters of base64 have neither problem, so that
 * every byte of a long password counts. The key makes a stolen database alone useless for guessing.
 */
function preHash(password: string, key: Uint8Array): string {
  return createHmac('sha384', key).update(normalizePassword(password), 'utf8').digest('base64')
}

/**
 * No other password was ever set, and these would do harm: NUL cuts a plain bcrypt hash short,
 * UTF-8 has one and the same substitute for all lone surrogates, and length costs time.
 */
function isPossiblePassword(password: string): boolean {
  return (
    countPasswordCharacters(password) <= passwordMaxLength &&
    password.isWellFormed() &&
    !password.includes('\0')
  )
}
