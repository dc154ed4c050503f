// The build lock, where process numbers say nothing: in containers, and on shared folders.

import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { takeBuildLock } from './build-lock.js'

function makePlace(): string {
  const folder = mkdtempSync(join(tmpdir(), 'keycard-lock-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return join(folder, 'dist.building')
}

/** Left by a builder in another container, whose number a process in this one has too. */
function leaveLock(folder: string): void {
  mkdirSync(folder)
  writeFileSync(join(folder, 'builder'), `another-boot pid:[1] ${process.pid} 1`)
}

test('a builder in another container without signs of life is waited for, but not forever', async () => {
  const folder = makePlace()
  leaveLock(folder)
  let waits = 0
  const lock = await takeBuildLock(folder, { silentMs: 200, onWait: () => waits++ })
  expect(waits).toBe(1)
  lock.release()
  expect(existsSync(folder)).toBe(false)
})

test('a builder in another container that shows signs of life keeps the lock', async () => {
  const folder = makePlace()
  leaveLock(folder)
  const life = setInterval(() => {
    const now = new Date()
    utimesSync(join(folder, 'builder'), now, now)
  }, 10)
  const taken = takeBuildLock(folder, { silentMs: 400, onWait: () => {} })
  // Longer than the silence that would lose it.
  expect(await Promise.race([taken, setTimeout(600, 'waits')])).toBe('waits')
  clearInterval(life)
  ;(await taken).release()
})

test('a process in this container that builds keeps the lock, however silent', async () => {
  const folder = makePlace()
  const first = await takeBuildLock(folder, { onWait: () => {} })
  const second = takeBuildLock(folder, { silentMs: 0, onWait: () => {} })
  expect(await Promise.race([second, setTimeout(150, 'waits')])).toBe('waits')
  first.release()
  ;(await second).release()
})
