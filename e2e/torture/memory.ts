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
