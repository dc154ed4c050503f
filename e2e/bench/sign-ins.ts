// How many people can sign in a second, compared with what the hash alone would allow.

import type { BcryptEngineName } from '../../server/auth/passwords/bcrypt-engine.js'
import {
  createPasswords,
  type Passwords,
  threadsDefault,
} from '../../server/auth/passwords/passwords.ts'
import type { Bench, Goal } from './bench.ts'
import { formatForm, openConnection, requireOk } from './connection.ts'
import { crowdName, crowdPassword } from './crowd.ts'
import { type Keycard, startOnSqlite } from './keycard.ts'
import { format, formatPercent, median } from './numbers.ts'
import { readCpuTimeUs, readMainThreadTimeUs } from './process-cpu.ts'

const engines = ['bcryptjs', '@node-rs/bcrypt'] as const
const atOnce = 8

export const benchSignIns: Bench = {
  name: 'sign-ins',
  title: 'Sign-ins',
  async run({ quick, say }) {
    const rounds = quick ? 1 : 7
    const signIns = quick ? 8 : 64
    const pools = await openPools()
    const keycard = await startOnSqlite({ crowd: 1_000, env: { BCRYPT_COST: '12' } })
    const endpoint: Contestant = {
      name: `POST /token (${pools.at(-1)?.engine})`,
      engine: pools.at(-1)?.engine ?? 'bcryptjs',
      run: () => signInOften(keycard, signIns),
      readCpuUs: () => readCpuTimeUs(keycard.pid),
    }
    const contestants: Contestant[] = [
      ...pools.map(({ engine, many }) => ({
        name: `the worker threads, ${engine}`,
        engine,
        run: () => verifyOften(many, signIns),
        readCpuUs: readOwnCpuUs,
      })),
      endpoint,
    ]
    const seen = new Map(contestants.map((one) => [one, [] as Measurement[]]))
    const besideUs: number[] = []
    try {
      for (let round = 0; round <= rounds; round++) {
        for (const [one, measurements] of seen) {
          say(`round ${round} of ${rounds}: ${one.name}`)
          const alone = pools.find(({ engine }) => engine === one.engine)?.one
          if (!alone) continue
          const beforeUs = readMainThreadTimeUs(keycard.pid)
          const measurement = await compare(one, alone, signIns)
          // The first round warms all of them up.
          if (round === 0) continue
          measurements.push(measurement)
          if (one === endpoint) {
            besideUs.push((readMainThreadTimeUs(keycard.pid) - beforeUs) / signIns)
          }
        }
      }
    } finally {
      await keycard.stop()
      for (const { one, many } of pools) await Promise.all([one.close(), many.close()])
    }
    return {
      tables: [
        {
          head: ['', 'a second', 'one hash alone, ms', 'of what the hash allows', 'CPU, in hashes'],
          rows: [...seen].map(([{ name }, measurements]) => [
            name,
            format(median(measurements.map(({ perSecond }) => perSecond))),
            format(median(measurements.map(({ aloneMs }) => aloneMs))),
            formatPercent(shareOf(measurements)),
            format(median(measurements.map(({ hashesOfCpu }) => hashesOfCpu))),
          ]),
        },
      ],
      goals: [...seen].map(
        ([{ name }, measurements]): Goal => ({
          what: name,
          seen: formatPercent(shareOf(measurements)),
          goal: '≥ 95 %',
          reached: shareOf(measurements) >= 0.95,
        }),
      ),
      notes: [
        'Cost 12. What the hash allows is threads ÷ the time of one hash alone, on one such thread, measured ' +
          'before and after each row’s own turn. Keycard takes the native engine wherever it is installed and has ' +
          'no setting for it, so the endpoint is measured with that one, and both below the endpoint.',
        `Beside the hash a sign-in takes the main thread ${format(median(besideUs) / 1_000)} ms: the ` +
          'request, the throttle, the session, the tokens, the audit log.',
        ...(pools.length < engines.length ? ['@node-rs/bcrypt is not installed here.'] : []),
      ],
    }
  },
}

interface Contestant {
  name: string
  engine: BcryptEngineName
  run(): Promise<void>
  readCpuUs(): number
}

interface Measurement {
  perSecond: number
  aloneMs: number
  /** CPU time of one sign-in, in hashes. */
  hashesOfCpu: number
}

interface Pool {
  engine: BcryptEngineName
  /** A single thread, for one hash at a time. */
  one: Passwords
  many: Passwords
}

/** Those that are installed, the slower first. */
async function openPools(): Promise<Pool[]> {
  const peppers = [{ id: 'bench', key: new Uint8Array(32) }]
  const pools: Pool[] = []
  for (const engine of engines) {
    const many = createPasswords({ peppers, engine })
    const isInstalled = await many.engineName().then(
      () => true,
      () => false,
    )
    if (isInstalled)
      pools.push({ engine, one: createPasswords({ peppers, engine, threads: 1 }), many })
  }
  return pools
}

async function compare(one: Contestant, alone: Passwords, signIns: number): Promise<Measurement> {
  const hashes = Math.max(2, Math.round(signIns / 6))
  const before = await measure(() => hashOften(alone, hashes), readOwnCpuUs)
  const own = await measure(() => one.run(), one.readCpuUs)
  const after = await measure(() => hashOften(alone, hashes), readOwnCpuUs)
  const aloneMs = (before.tookMs + after.tookMs) / hashes / 2
  const hashUs = (before.cpuUs + after.cpuUs) / hashes / 2
  return {
    perSecond: (signIns / own.tookMs) * 1_000,
    aloneMs,
    hashesOfCpu: own.cpuUs / signIns / hashUs,
  }
}

async function measure(run: () => Promise<void>, readCpuUs: () => number) {
  const [startedAtMs, cpuBeforeUs] = [performance.now(), readCpuUs()]
  await run()
  return { tookMs: performance.now() - startedAtMs, cpuUs: readCpuUs() - cpuBeforeUs }
}

/** One after the other. */
async function hashOften(passwords: Passwords, count: number): Promise<void> {
  for (let left = count; left > 0; left--) await passwords.verify(crowdPassword, undefined)
}

/** As many at once as keep all threads busy. */
async function verifyOften(passwords: Passwords, count: number): Promise<void> {
  let left = count
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (left-- > 0) await passwords.verify(crowdPassword, undefined)
    }),
  )
}

/** Each from its own address, and never one user twice at a time: throttling accepts them all. */
async function signInOften({ port }: Keycard, count: number): Promise<void> {
  let left = count
  await Promise.all(
    Array.from({ length: atOnce }, async (_, index) => {
      const connection = await openConnection(port, { from: `127.0.1.${index + 1}` })
      const username = crowdName(index)
      try {
        while (left-- > 0) {
          const form = formatForm('/token', { username, password: crowdPassword })
          requireOk(await connection.send(form))
        }
      } finally {
        connection.close()
      }
    }),
  )
}

function readOwnCpuUs(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}

/** As a share of the rate that the hash alone would allow. */
function shareOf(measurements: readonly Measurement[]): number {
  return median(
    measurements.map(({ perSecond, aloneMs }) => (perSecond * aloneMs) / 1_000 / threadsDefault),
  )
}
