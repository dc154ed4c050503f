// What counts as growth of memory: what stays, and not what comes and goes.

import { expect, test } from 'vitest'
import { lowestOfTenths, type MemorySample, slopeOf } from './memory.ts'

/** A thousand samples; garbage piles up to 200 MiB, slower later on, and is collected. */
function sampleHeap(leakedMiBEach: number): MemorySample[] {
  return Array.from({ length: 1_000 }, (_, at) => {
    const heapMiB = 50 + ((at * 17) % (100 + at / 10)) + leakedMiBEach * at
    return { at, heapMiB, rssMiB: 2 * heapMiB }
  })
}

const growthOf = (samples: MemorySample[]) =>
  slopeOf(lowestOfTenths(samples, 'heapMiB'), 'heapMiB') * samples.length

test('garbage that comes and goes is no growth, however much more of it there is in the end', () => {
  expect(Math.abs(growthOf(sampleHeap(0)))).toBeLessThan(3)
})

test('what stays is growth, however much comes and goes around it', () => {
  expect(growthOf(sampleHeap(0.02))).toBeGreaterThan(15)
})
