// Work beyond the bound is refused at once; work that waited too long is never started.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { AppError } from '../../contract/app-error.ts'
import { propertyCases } from '../../testing/property-cases.ts'
import { createFairQueue, type Share } from './fair-queue.ts'

/** What a known device may have used in the last minute and still go first. */
const headStart = 3

const overloaded = new AppError(
  'overloaded',
  'Too many sign-ins at the same time: try again shortly',
  { retryAfterSeconds: 5 },
)

describe('createFairQueue', () => {
  it('R95: runs no more than its width at once, and the rest in the order they came', async () => {
    const queue = createFairQueue({ width: 2, maxQueue: 10, maxWaitMs: 5_000 })
    const started: number[] = []
    let atOnce = 0
    let mostAtOnce = 0
    const task = (number: number) => async () => {
      started.push(number)
      mostAtOnce = Math.max(mostAtOnce, ++atOnce)
      await turnOfTheLoop()
      atOnce -= 1
      return number
    }
    const results = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((number) => queue.run({}, task(number))),
    )
    expect(results).toEqual([1, 2, 3, 4, 5, 6])
    expect(started).toEqual([1, 2, 3, 4, 5, 6])
    expect(mostAtOnce).toBe(2)
    expect(queue.stats()).toEqual({ running: 0, waiting: 0, completed: 6, refused: 0 })
  })

  it('R95: refuses what comes when the queue is full, and keeps its promise to the earlier ones', async () => {
    const queue = createFairQueue({ width: 1, maxQueue: 2, maxWaitMs: 5_000 })
    const gate = createGate()
    const accepted = [1, 2, 3].map((number) => queue.run({}, () => gate.opened.then(() => number)))
    await expect(queue.run({}, async () => 4)).rejects.toEqual(overloaded)
    expect(queue.stats()).toEqual({ running: 1, waiting: 2, completed: 0, refused: 1 })
    gate.open()
    await expect(Promise.all(accepted)).resolves.toEqual([1, 2, 3])
    await expect(queue.run({}, async () => 5)).resolves.toBe(5)
  })

  it('R95: lets a task wait whose turn comes in time, going by how long tasks take', async () => {
    const queue = createFairQueue({ width: 1, maxQueue: 10, maxWaitMs: 1_000 })
    await queue.run({}, async () => {})
    const gate = createGate()
    const accepted = [1, 2, 3].map((number) => queue.run({}, () => gate.opened.then(() => number)))
    gate.open()
    await expect(Promise.all(accepted)).resolves.toEqual([1, 2, 3])
  })

  it('R95: refuses a task at once that would wait too long, going by how long tasks take', async () => {
    const queue = createFairQueue({ width: 1, maxQueue: 10, maxWaitMs: 40 })
    await queue.run({}, () => new Promise((resolve) => setTimeout(resolve, 50)))
    const gate = createGate()
    const accepted = [1, 2].map((number) => queue.run({}, () => gate.opened.then(() => number)))
    expect(() => queue.requireRoom({})).toThrow(/Too many sign-ins/)
    await expect(queue.run({}, async () => 3)).rejects.toMatchObject({ reason: 'overloaded' })
    expect(queue.stats()).toMatchObject({ running: 1, waiting: 1 })
    gate.open()
    await expect(Promise.all(accepted)).resolves.toEqual([1, 2])
  })

  describe('is fair', () => {
    const stranger = (number: number): Share => ({ account: `a${number}`, pool: `p${number}` })

    /** The order in which they start, behind a task that holds the only place until all wait. */
    async function startInTurn(shares: readonly Share[], queue = createQueue()) {
      const gate = createGate()
      const started: number[] = []
      const first = queue.run({}, () => gate.opened)
      const rest = shares.map((share, index) => queue.run(share, async () => started.push(index)))
      gate.open()
      await Promise.all([first, ...rest])
      return started
    }
    const createQueue = (maxQueue = 64) => createFairQueue({ width: 1, maxQueue, maxWaitMs: 5_000 })

    it('to accounts: one that comes again and again lets each of the others go before it', async () => {
      const busy = Array.from({ length: 6 }, (_unused, index) => ({
        account: 'busy',
        pool: `p${index}`,
      }))
      expect(await startInTurn([...busy, stranger(7), stranger(8)])).toEqual([
        0, 6, 7, 1, 2, 3, 4, 5,
      ])
    })

    it('to addresses: a failure costs its address much, and a right password little', async () => {
      const queue = createQueue()
      const run = (pool: string, isRight: boolean) =>
        queue
          .run({ pool }, () => (isRight ? Promise.resolve() : Promise.reject(new Error('wrong'))))
          .catch(() => {})
      for (let count = 0; count < 9; count++) await run('office', true)
      for (let count = 0; count < 2; count++) await run('guesser', false)
      const shares = ['guesser', 'office', 'elsewhere'].map((pool, index) => ({
        account: `b${index}`,
        pool,
      }))
      expect(await startInTurn(shares, queue)).toEqual([2, 1, 0])
    })

    it('to an office: hundreds behind one address take turns with one elsewhere', async () => {
      const office = Array.from({ length: 20 }, (_unused, index) => ({
        account: `clerk ${index}`,
        pool: 'office',
      }))
      const order = await startInTurn([...office, stranger(1)])
      expect(order.slice(0, 2)).toEqual([0, 20])
      expect(order).toHaveLength(21)
    })

    it('to owners: known devices and places go first, a few times a minute', async () => {
      const owner = { account: 'owner', pool: 'p', isKnown: true }
      const order = await startInTurn([stranger(1), stranger(2), ...Array(9).fill(owner)])
      expect(order[0]).toBe(2)
      expect(Math.max(order.indexOf(0), order.indexOf(1))).toBeLessThanOrEqual(headStart + 2)
    })

    it('to owners: neither guesses at their account nor their neighbours hold them back', async () => {
      const guess = { account: 'owner', pool: 'p' }
      const owner = { ...guess, isKnown: true }
      expect(await startInTurn([guess, guess, guess, owner])).toEqual([3, 0, 1, 2])
    })

    it('to the last to arrive: an account that is having its turn has another after all others', async () => {
      const queue = createFairQueue({ width: 2, maxQueue: 64, maxWaitMs: 5_000 })
      const gate = createGate()
      const started: string[] = []
      const run = (account: string) =>
        queue.run({ account }, async () => {
          started.push(account)
          await gate.opened
        })
      const before = ['x', 'a'].map(run)
      const tasks = ['a', 'a', 'b', 'c'].map(run)
      gate.open()
      await Promise.all([...before, ...tasks])
      expect(started).toEqual(['x', 'a', 'b', 'c', 'a', 'a'])
    })

    it('to the last to arrive: the same holds for an owner who would go first', async () => {
      const queue = createFairQueue({ width: 2, maxQueue: 64, maxWaitMs: 5_000 })
      const [gate, ownersGate] = [createGate(), createGate()]
      const started: string[] = []
      const run = (account: string, isKnown: boolean, { opened }: { opened: Promise<void> }) =>
        queue.run({ account, isKnown }, async () => {
          started.push(account)
          await opened
        })
      const before = [run('x', false, gate), run('owner', true, ownersGate)]
      const tasks = [run('owner', true, ownersGate), run('b', false, ownersGate)]
      gate.open()
      await before[0]
      await turnOfTheLoop()
      expect(started).toEqual(['x', 'owner', 'b'])
      ownersGate.open()
      await Promise.all([...before, ...tasks])
    })

    it('to one account: alone it may have every place', async () => {
      const queue = createFairQueue({ width: 2, maxQueue: 64, maxWaitMs: 5_000 })
      const gate = createGate()
      const tasks = [1, 2, 3].map(() => queue.run({ account: 'a' }, () => gate.opened))
      expect(queue.stats()).toMatchObject({ running: 2, waiting: 1 })
      gate.open()
      await Promise.all(tasks)
    })

    it('refuses, where it is full, the surplus of the account with most, and never the first task of another', async () => {
      const queue = createQueue(3)
      const gate = createGate()
      const first = queue.run({ account: 'busy' }, () => gate.opened)
      const busy = [1, 2, 3].map((number) => queue.run({ account: 'busy' }, async () => number))
      await expect(queue.run({ account: 'busy' }, async () => 4)).rejects.toEqual(overloaded)
      const others = [1, 2].map((number) => queue.run(stranger(number), async () => number))
      await expect(busy[2]).rejects.toEqual(overloaded)
      await expect(busy[1]).rejects.toEqual(overloaded)
      gate.open()
      await expect(Promise.all([first, busy[0], ...others])).resolves.toEqual([undefined, 1, 1, 2])
    })

    it('has no room for a task it would refuse, before anything is looked up', async () => {
      const queue = createQueue(2)
      const gate = createGate()
      const tasks = [1, 2, 3].map((number) => queue.run(stranger(number), () => gate.opened))
      expect(() => queue.requireRoom({ pool: 'another' })).toThrow(/Too many sign-ins/)
      expect(() => queue.requireRoom({ pool: 'another', isKnown: true })).not.toThrow()
      gate.open()
      await Promise.all(tasks)
    })

    it('to any crowd: an account that asks for little is never refused, and waits for few', async () => {
      const tasksArb = fc.array(
        fc.record({
          account: fc.integer({ min: 0, max: 3 }),
          pool: fc.integer({ min: 0, max: 2 }),
          isKnown: fc.boolean(),
          isRight: fc.boolean(),
        }),
        { maxLength: 50 },
      )
      await fc.assert(
        fc.asyncProperty(tasksArb, fc.integer({ min: 1, max: 3 }), async (greedy, width) => {
          const queue = createFairQueue({ width, maxQueue: 16, maxWaitMs: 5_000 })
          const gate = createGate()
          const started: string[] = []
          const run = (share: Share, name: string, isRight = true) =>
            queue
              .run(share, async () => {
                started.push(name)
                await gate.opened
                if (!isRight) throw new Error('wrong')
              })
              .catch((error: unknown) => {
                if (error instanceof AppError) started.push(`${name} refused`)
              })
          const all = greedy.map(({ account, pool, isKnown, isRight }) =>
            run({ account: `g${account}`, pool: `g${pool}`, isKnown }, 'greedy', isRight),
          )
          // Four accounts with a head start each are what may go before it, and what runs already.
          const modest = run({ account: 'modest', pool: 'modest' }, 'modest')
          gate.open()
          await Promise.all([...all, modest])
          expect(started).not.toContain('modest refused')
          const served = started.filter((name) => !name.endsWith('refused'))
          const firstOfEach = new Set(greedy.map(({ account }) => account)).size
          const known = new Set(
            greedy.filter(({ isKnown }) => isKnown).map(({ account }) => account),
          ).size
          expect(served.indexOf('modest')).toBeLessThanOrEqual(
            width + firstOfEach + known * headStart,
          )
        }),
        { numRuns: Math.ceil(propertyCases.numRuns / 4) },
      )
    })
  })

  it('R95: never starts a task that waited too long', async () => {
    const queue = createFairQueue({ width: 1, maxQueue: 2, maxWaitMs: 1 })
    const gate = createGate()
    const first = queue.run({}, () => gate.opened)
    let isStarted = false
    const second = queue.run({}, async () => {
      isStarted = true
    })
    await expect(second).rejects.toMatchObject({ reason: 'overloaded', retryAfterSeconds: 1 })
    gate.open()
    await first
    await turnOfTheLoop()
    expect(isStarted).toBe(false)
    expect(queue.stats()).toEqual({ running: 0, waiting: 0, completed: 1, refused: 1 })
  })

  it('passes the turn on when a task fails', async () => {
    const queue = createFairQueue({ width: 1, maxQueue: 2, maxWaitMs: 5_000 })
    const failing = queue.run({}, () => Promise.reject(new Error('the thread died')))
    const next = queue.run({}, async () => 'next')
    await expect(failing).rejects.toThrow('the thread died')
    await expect(next).resolves.toBe('next')
    expect(queue.stats().running).toBe(0)
  })

  it('once closed, refuses waiting and new tasks, and lets running ones end', async () => {
    const queue = createFairQueue({ width: 1, maxQueue: 2, maxWaitMs: 5_000 })
    const gate = createGate()
    const running = queue.run({}, () => gate.opened)
    const waiting = queue.run({}, async () => undefined)
    const closed = queue.close()
    await expect(waiting).rejects.toEqual(overloaded)
    const coming = queue.run({}, async () => undefined)
    expect(queue.stats()).toMatchObject({ running: 1, waiting: 0 })
    await expect(coming).rejects.toEqual(overloaded)
    gate.open()
    await expect(Promise.all([running, closed])).resolves.toHaveLength(2)
  })
})

function turnOfTheLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

function createGate() {
  let open = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open: () => open() }
}
