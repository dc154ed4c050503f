// Work beyond the bound is refused at once; work that waited too long is never started.

import { describe, expect, it } from 'vitest'
import { AppError } from '../contract/app-error.ts'
import { createBoundedQueue } from './bounded-queue.ts'

const overloaded = new AppError(
  'overloaded',
  'Too many sign-ins at the same time: try again shortly',
  { retryAfterSeconds: 5 },
)

describe('createBoundedQueue', () => {
  it('R95: runs no more than its width at once, and the rest in the order they came', async () => {
    const queue = createBoundedQueue({ width: 2, maxQueue: 10, maxWaitMs: 5_000 })
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
    const results = await Promise.all([1, 2, 3, 4, 5, 6].map((number) => queue.run(task(number))))
    expect(results).toEqual([1, 2, 3, 4, 5, 6])
    expect(started).toEqual([1, 2, 3, 4, 5, 6])
    expect(mostAtOnce).toBe(2)
    expect(queue.stats()).toEqual({ running: 0, waiting: 0, completed: 6, refused: 0 })
  })

  it('R95: refuses what comes when the queue is full, and keeps its promise to the earlier ones', async () => {
    const queue = createBoundedQueue({ width: 1, maxQueue: 2, maxWaitMs: 5_000 })
    const gate = createGate()
    const accepted = [1, 2, 3].map((number) => queue.run(() => gate.opened.then(() => number)))
    await expect(queue.run(async () => 4)).rejects.toEqual(overloaded)
    expect(queue.stats()).toEqual({ running: 1, waiting: 2, completed: 0, refused: 1 })
    gate.open()
    await expect(Promise.all(accepted)).resolves.toEqual([1, 2, 3])
    await expect(queue.run(async () => 5)).resolves.toBe(5)
  })

  it('R95: refuses at once who would wait too long, going by how long tasks take', async () => {
    const queue = createBoundedQueue({ width: 1, maxQueue: 10, maxWaitMs: 40 })
    await queue.run(() => new Promise((resolve) => setTimeout(resolve, 50)))
    const gate = createGate()
    const accepted = [1, 2].map((number) => queue.run(() => gate.opened.then(() => number)))
    expect(() => queue.requireRoom()).toThrow(/Too many sign-ins/)
    await expect(queue.run(async () => 3)).rejects.toMatchObject({ reason: 'overloaded' })
    expect(queue.stats()).toMatchObject({ running: 1, waiting: 1 })
    gate.open()
    await expect(Promise.all(accepted)).resolves.toEqual([1, 2])
  })

  it('starts what goes before others ahead of them, in the order it came', async () => {
    const queue = createBoundedQueue({ width: 1, maxQueue: 10, maxWaitMs: 5_000 })
    const gate = createGate()
    const started: string[] = []
    const first = queue.run(() => gate.opened)
    const rest = ['stranger 1', 'owner 1', 'stranger 2', 'owner 2'].map((name) =>
      queue.run(async () => started.push(name), { goesFirst: name.startsWith('owner') }),
    )
    gate.open()
    await Promise.all([first, ...rest])
    expect(started).toEqual(['owner 1', 'owner 2', 'stranger 1', 'stranger 2'])
  })

  it('has room for what goes first as long as somebody waits who does not', async () => {
    const queue = createBoundedQueue({ width: 1, maxQueue: 2, maxWaitMs: 5_000 })
    const gate = createGate()
    const first = queue.run(() => gate.opened)
    const strangers = [1, 2].map((number) => queue.run(async () => number))
    const owners = [1, 2].map((number) => queue.run(async () => number, { goesFirst: true }))
    await expect(strangers[1]).rejects.toEqual(overloaded)
    await expect(strangers[0]).rejects.toEqual(overloaded)
    await expect(queue.run(async () => 3, { goesFirst: true })).rejects.toEqual(overloaded)
    expect(queue.stats()).toEqual({ running: 1, waiting: 2, completed: 0, refused: 3 })
    gate.open()
    await first
    await expect(Promise.all(owners)).resolves.toEqual([1, 2])
  })

  it('R95: never starts what waited too long', async () => {
    const queue = createBoundedQueue({ width: 1, maxQueue: 2, maxWaitMs: 1 })
    const gate = createGate()
    const first = queue.run(() => gate.opened)
    let isStarted = false
    const second = queue.run(async () => {
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
    const queue = createBoundedQueue({ width: 1, maxQueue: 2, maxWaitMs: 5_000 })
    const failing = queue.run(() => Promise.reject(new Error('the thread died')))
    const next = queue.run(async () => 'next')
    await expect(failing).rejects.toThrow('the thread died')
    await expect(next).resolves.toBe('next')
    expect(queue.stats().running).toBe(0)
  })

  it('refuses the waiting and the coming once it is closed, and lets the running end', async () => {
    const queue = createBoundedQueue({ width: 1, maxQueue: 2, maxWaitMs: 5_000 })
    const gate = createGate()
    const running = queue.run(() => gate.opened)
    const waiting = queue.run(async () => undefined)
    const closed = queue.close()
    await expect(waiting).rejects.toEqual(overloaded)
    await expect(queue.run(async () => undefined)).rejects.toEqual(overloaded)
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
