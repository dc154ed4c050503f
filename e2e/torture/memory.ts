// How much memory a running server holds after garbage collection, and whether that grows.

import type { ChildProcess } from 'node:child_process'
import { askProcess } from './ask-process.ts'

export interface Memory {
  rssMiB: number
  heapMiB: number
}

/** Node's own arguments for a server that `readMemory` can ask. */
export const memoryProbe = [
  '--expose-gc',
  '--import',
  new URL('memory-probe.js', import.meta.url).href,
]

export function readMemory(server: ChildProcess): Promise<Memory> {
  return askProcess(server, 'memory')
}

/** In MiB, over all that comes after the warm-up. */
export const growthMax: Memory = { rssMiB: 24, heapMiB: 4 }

export function isFlat({ rssMiB, heapMiB }: Memory): boolean {
  return rssMiB <= growthMax.rssMiB && heapMiB <= growthMax.heapMiB
}

export const inMiB = (amount: number) => `${amount.toFixed(1)} MiB`

export const describeMemory = ({ rssMiB, heapMiB }: Memory) => `${inMiB(rssMiB)}, ${inMiB(heapMiB)}`

/** Over all the samples, which were taken at even distances: no single one decides. */
export function growthOf(samples: readonly Memory[]): Memory {
  const grown = (what: keyof Memory) =>
    slopeOf(samples.map((sample) => sample[what])) * samples.length
  return { rssMiB: grown('rssMiB'), heapMiB: grown('heapMiB') }
}

/** By least squares, from one value to the next. */
function slopeOf(values: readonly number[]): number {
  if (values.length < 2) return 0
  const middle = (values.length - 1) / 2
  // The distances from the middle add up to nothing, so the mean of the values does not matter.
  const products = values.map((value, at) => (at - middle) * value)
  const squares = values.map((_, at) => (at - middle) ** 2)
  return sum(products) / sum(squares)
}

const sum = (terms: readonly number[]) => terms.reduce((total, term) => total + term, 0)
