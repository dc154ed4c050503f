// What counts as growth of memory: what stays, and not what comes and goes.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startServer } from '../support/keycard-process.ts'
import { growthOf, memoryProbe, readMemory } from './memory.ts'

/** A hundred samples, all around 50 MiB. */
function sampleMemory(leakedMiBEach: number) {
  return Array.from({ length: 100 }, (_, at) => {
    const heapMiB = 50 + ((at * 17) % 5) + leakedMiBEach * at
    return { heapMiB, rssMiB: 2 * heapMiB }
  })
}

test('memory that goes up and down is not growth', () => {
  const { rssMiB, heapMiB } = growthOf(sampleMemory(0))
  expect(Math.abs(heapMiB)).toBeLessThan(0.5)
  expect(Math.abs(rssMiB)).toBeLessThan(1)
})

test('memory that stays is growth, over all of the samples', () => {
  const { rssMiB, heapMiB } = growthOf(sampleMemory(0.1))
  expect(heapMiB).toBeCloseTo(10, 0)
  expect(rssMiB).toBeCloseTo(20, 0)
})

test('a server reports what it holds: what it keeps of each request is seen, its garbage is not', async () => {
  const [keeping, usual] = await Promise.all([growByRequests(262_144), growByRequests(0)])
  expect(keeping).toBeGreaterThan(20)
  expect(usual).toBeLessThan(5)
})

/** In MiB of heap, by a hundred requests. */
async function growByRequests(leakedBytes: number): Promise<number> {
  const dataDir = await mkdtemp(join(tmpdir(), 'keycard-memory-'))
  const env = { DATA_DIR: dataDir, TORTURE_LEAKED_BYTES: String(leakedBytes) }
  const server = await startServer(env, memoryProbe)
  try {
    const before = await readMemory(server.process)
    for (let request = 0; request < 100; request++) {
      const answer = await fetch(`${server.url}/openapi.json`)
      await answer.text()
    }
    const after = await readMemory(server.process)
    return after.heapMiB - before.heapMiB
  } finally {
    server.process.kill('SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
  }
}
