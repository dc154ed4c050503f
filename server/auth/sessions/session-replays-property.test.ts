// An owner whose replies get lost, beside a thief: the owner stays signed in, and the thief is detected.

import fc from 'fast-check'
import { sql } from 'kysely'
import { beforeAll, expect, test } from 'vitest'
import { shareTestDatabase } from '../../testing/databases.ts'
import { openTestSessions, testRefreshTokens } from '../../testing/test-sessions.ts'
import { refreshGraceSeconds } from './replay-verdict.ts'
import type { SessionTransport } from './session-rows.ts'

const database = shareTestDatabase('sqlite')
// Thousands of writes, and no power cut to survive.
beforeAll(async () => void (await sql`pragma synchronous = off`.execute(database().kysely)))

const graceMs = refreshGraceSeconds * 1_000

/** What happens next, and how long after the previous event. */
interface Step {
  afterMs: number
  what:
    | 'the owner refreshes'
    | 'the owner refreshes, and the reply is lost'
    /** Its request was in progress when another tab refreshed. */
    | 'a late tab asks'
    | 'the thief copies the token of the owner'
    | 'the thief refreshes'
}

const afterMs = fc.constantFrom(0, 1_000, graceMs, graceMs + 1, 8 * 60 * 60_000)
const listSteps = (...what: Step['what'][]) =>
  fc.array(fc.record({ afterMs, what: fc.constantFrom(...what) }), {
    minLength: 6,
    maxLength: 20,
    size: 'max',
  })
const alone = listSteps(
  'the owner refreshes',
  'the owner refreshes, and the reply is lost',
  'a late tab asks',
)
const beside = listSteps(
  'the owner refreshes',
  'the owner refreshes, and the reply is lost',
  'a late tab asks',
  'the thief refreshes',
  'the thief refreshes',
  'the thief copies the token of the owner',
)

type Party = 'owner' | 'thief'

async function openModel(transport: SessionTransport) {
  const { start, rotate, row, clock } = await openTestSessions(database())
  const { session, refreshToken } = await start(transport)
  const held: Record<Party, string | undefined> = { owner: refreshToken, thief: undefined }
  /** With what the owner refreshed last, and when. */
  let before = { token: refreshToken, atMs: Number.NEGATIVE_INFINITY }
  /** Who moved the counter, one after the other, since both last held the same token. */
  let movers: Party[] = []
  let isOver = false
  /** The counters of tokens that may not be accepted (again): replaced, or recovered already. */
  const [replaced, madeGood] = [new Set<number>(), new Set<number>()]

  /** @returns whether it was accepted */
  async function show(party: Party, token: string, isLost = false): Promise<boolean> {
    const { counter } = await row(session.id)
    const answer = await rotate(token, transport).catch(() => undefined)
    const after = await row(session.id)
    const shown = counterOf(token)
    expect(answer !== undefined && replaced.has(shown)).toBe(false)
    if (after.counter === shown + 2 && counter === shown + 1) {
      replaced.add(counter)
      madeGood.add(shown)
    } else if (after.counter > counter) expect(madeGood.has(shown)).toBe(false)
    if (!answer) {
      isOver = after.revoked_at_ms !== null
      return false
    }
    if (after.counter > counter) {
      if (movers.at(-1) !== party) movers.push(party)
    } else if (held.thief !== undefined && shown < counter) movers = []
    // A request in progress before the previous refresh is two behind, and not a late tab.
    if (party === 'owner' && after.counter > counter) before = { token, atMs: clock.now() }
    if (!isLost) held[party] = answer.refreshToken
    return true
  }

  return {
    clock,
    held,
    show,
    before: () => before,
    movers: () => movers,
    isOver: () => isOver,
    row: () => row(session.id),
    copy() {
      held.thief = held.owner
      movers = []
    },
  }
}

test('R55: however many replies are lost, an owner without a thief is never signed out (100 lives)', async () => {
  await fc.assert(
    fc.asyncProperty(alone, async (life) => {
      const { clock, held, show, before, row } = await openModel('bearer')
      for (const { afterMs, what } of life) {
        clock.advance(afterMs)
        if (what === 'a late tab asks') {
          if (clock.now() - before().atMs > graceMs) continue
          expect(await show('owner', before().token, true)).toBe(true)
        } else {
          // The one reply that must arrive is that of a recovery: it is made once.
          const isLost = what !== 'the owner refreshes'
          const isRecovery = isAboutToRecover(await row(), held.owner ?? '', clock.now())
          expect(await show('owner', held.owner ?? '', isLost && !isRecovery)).toBe(true)
        }
      }
    }),
    { numRuns: 100 },
  )
})

test.each(['bearer', 'cookie'] as const)(
  'R56: a thief and an owner who refresh in turns end the session at the third turn (100 lives, %s)',
  async (transport) => {
    let found = 0
    await fc.assert(
      fc.asyncProperty(beside, async (life) => {
        const { clock, held, show, before, movers, isOver, copy } = await openModel(transport)
        copy()
        for (const { afterMs, what } of life) {
          clock.advance(afterMs)
          if (what === 'the thief copies the token of the owner') copy()
          else if (what === 'the thief refreshes') await show('thief', held.thief ?? '')
          else if (what !== 'a late tab asks') {
            await show('owner', held.owner ?? '', what !== 'the owner refreshes')
          } else if (clock.now() - before().atMs <= graceMs) {
            await show('owner', before().token, true)
          }
          expect(movers().length).toBeLessThanOrEqual(2)
          if (!isOver()) continue
          found += 1
          break
        }
      }),
      { numRuns: 100 },
    )
    // Control: the lives contain something to find.
    expect(found).toBeGreaterThan(5)
  },
)

/** One refresh of one tab, in milliseconds: after the previous tab, and on its way to and fro. */
const journey = fc.record({
  afterMs: fc.integer({ min: 0, max: 500 }),
  thereMs: fc.integer({ min: 0, max: 10_000 }),
  backMs: fc.integer({ min: 0, max: 10_000 }),
})

const burst = fc.array(journey, { minLength: 20, maxLength: 20 })

test('R73: 20 tabs that refresh at once without turns stay signed in, however the network mixes them up (25 lives)', async () => {
  await fc.assert(
    fc.asyncProperty(burst, burst, async (...bursts) => {
      const { start, rotate, row, clock } = await openTestSessions(database())
      const { session, refreshToken } = await start('cookie')
      let cookie = refreshToken
      for (const tabs of bursts) {
        const steps: { atMs: number; take(): Promise<void> | void }[] = []
        let sentAtMs = clock.now()
        for (const { afterMs, thereMs, backMs } of tabs) {
          sentAtMs += afterMs
          const tab = { shows: '', isGiven: '' }
          const send = () => {
            tab.shows = cookie
          }
          const arrive = async () => {
            tab.isGiven = (await rotate(tab.shows, 'cookie')).refreshToken
          }
          const comeBack = () => {
            cookie = tab.isGiven
          }
          steps.push(
            { atMs: sentAtMs, take: send },
            { atMs: sentAtMs + thereMs, take: arrive },
            { atMs: sentAtMs + thereMs + backMs, take: comeBack },
          )
        }
        for (const { atMs, take } of steps.sort((one, other) => one.atMs - other.atMs)) {
          clock.advance(atMs - clock.now())
          await take()
        }
        // The next time that all of their tokens expire.
        clock.advance(15 * 60_000)
      }
      await rotate(cookie, 'cookie')
      expect(await row(session.id)).toMatchObject({ revoked_at_ms: null })
    }),
    { numRuns: 25 },
  )
})

const counterOf = (token: string) => testRefreshTokens.read(token)?.counter ?? -1

function isAboutToRecover(
  { counter, rotated_at_ms }: { counter: number; rotated_at_ms: number | null },
  token: string,
  nowMs: number,
): boolean {
  return counterOf(token) < counter && nowMs - (rotated_at_ms ?? 0) > graceMs
}
