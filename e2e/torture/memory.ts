// How much memory a running server has, by what its own /metrics says, and whether that grows.

export interface Memory {
  rssMiB: number
  heapMiB: number
}

export interface MemorySample extends Memory {
  /** When, in whatever unit the growth is asked for. */
  at: number
}

export async function readMemory(url: string): Promise<Memory> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const read = (name: string) => {
    const [, bytes] = new RegExp(`^${name} (\\S+)$`, 'm').exec(text) ?? []
    return Math.round(Number(bytes) / 1024 ** 2)
  }
  return {
    rssMiB: read('process_resident_memory_bytes'),
    heapMiB: read('nodejs_heap_size_used_bytes'),
  }
}

/**
 * The lowest sample of each tenth: what garbage collections leave. In between hundreds of MiB come and
 * go, the more the busier the machine is, and say nothing of what stays.
 */
export function lowestOfTenths(
  samples: readonly MemorySample[],
  what: keyof Memory,
): MemorySample[] {
  const size = Math.max(1, Math.ceil(samples.length / 10))
  const starts = Array.from(
    { length: Math.ceil(samples.length / size) },
    (_, tenth) => tenth * size,
  )
  return starts.map((start) =>
    samples
      .slice(start, start + size)
      .reduce((lowest, sample) => (sample[what] < lowest[what] ? sample : lowest)),
  )
}

/** By least squares, in MiB for each unit of `at`. */
export function slopeOf(samples: readonly MemorySample[], what: keyof Memory): number {
  if (samples.length < 2) return 0
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const at = mean(samples.map((sample) => sample.at))
  const value = mean(samples.map((sample) => sample[what]))
  const products = samples.map((sample) => (sample.at - at) * (sample[what] - value))
  const squares = samples.map((sample) => (sample.at - at) ** 2)
  return mean(products) / mean(squares)
}
