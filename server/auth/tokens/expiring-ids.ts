// Ids that are remembered for a while, each with a number: hundreds of thousands in a few megabytes.

export interface ExpiringIds {
  /**
   * Replaces the id's previous value.
   * @param value and forgetAt: whole numbers below 2^32; `forgetAt` above 0
   */
  set(id: string, value: number, forgetAt: number): void
  get(id: string): number | undefined
  has(id: string): boolean
  /** Forgets everything that was to be remembered until then, or for less. */
  forget(upTo: number): void
  readonly size: number
}

/** Two words of the id's hash, when it is forgotten, and its value. */
const wordsPerSlot = 4
const leastSlots = 1_024

/**
 * An open-addressing hash table in one typed array: 21 to 43 bytes an id, where a Map of strings
 * takes a hundred and keeps the garbage collector busy. An id is its 64-bit hash. Another one of
 * 200,000 has the same with a probability of 10^-14 a look-up, and no attacker can choose one that
 * has: the ids are our own random ones.
 */
export function createExpiringIds(): ExpiringIds {
  let slots = new Uint32Array(leastSlots * wordsPerSlot)
  let size = 0
  /** Of the id that was looked up last: not returned, for an array a call would be garbage. */
  let high = 0
  let low = 0

  function hash(id: string): void {
    let one = 0xdeadbeef
    let other = 0x41c6ce57
    for (let index = 0; index < id.length; index++) {
      const code = id.charCodeAt(index)
      one = Math.imul(one ^ code, 2_654_435_761)
      other = Math.imul(other ^ code, 1_597_334_677)
    }
    high = mix(one, other)
    low = mix(other, one)
  }

  /** Where the id with the current hash is, or would be put. */
  function find(): number {
    const mask = slots.length / wordsPerSlot - 1
    let slot = low & mask
    for (;;) {
      const at = slot * wordsPerSlot
      const isFree = slots[at + 2] === 0
      if (isFree || (slots[at] === high && slots[at + 1] === low)) return at
      slot = (slot + 1) & mask
    }
  }

  function put(value: number, forgetAt: number): void {
    const at = find()
    if (slots[at + 2] === 0) size += 1
    slots[at] = high
    slots[at + 1] = low
    slots[at + 2] = forgetAt
    slots[at + 3] = value
  }

  /** Into a table that it fills to three quarters at most, without expired ids. */
  function rebuild(wanted: number, forgottenUpTo: number): void {
    const before = slots
    let count = leastSlots
    while (wanted > count * 0.75) count *= 2
    slots = new Uint32Array(count * wordsPerSlot)
    size = 0
    for (let at = 0; at < before.length; at += wordsPerSlot) {
      const forgetAt = before[at + 2] ?? 0
      if (forgetAt <= forgottenUpTo) continue
      high = before[at] ?? 0
      low = before[at + 1] ?? 0
      put(before[at + 3] ?? 0, forgetAt)
    }
  }

  function countAbove(upTo: number): number {
    let count = 0
    for (let at = 2; at < slots.length; at += wordsPerSlot) {
      if ((slots[at] ?? 0) > upTo) count += 1
    }
    return count
  }

  function get(id: string): number | undefined {
    if (size === 0) return undefined
    hash(id)
    const at = find()
    return slots[at + 2] === 0 ? undefined : slots[at + 3]
  }

  return {
    set(id, value, forgetAt) {
      if (size + 1 > (slots.length / wordsPerSlot) * 0.75) rebuild(size + 1, 0)
      hash(id)
      put(value, forgetAt)
    },
    get,
    has: (id) => get(id) !== undefined,
    forget(upTo) {
      const left = countAbove(upTo)
      if (left < size) rebuild(left, upTo)
    },
    get size() {
      return size
    },
  }
}

/**
 * Every bit of the input changes half of the output's: MurmurHash3's finalizer, as cyrb53 uses it.
 */
function mix(word: number, other: number): number {
  const mixed = Math.imul(word ^ (word >>> 16), 2_246_822_507)
  const stirred = Math.imul(other ^ (other >>> 13), 3_266_489_909)
  return (mixed ^ stirred) >>> 0
}
