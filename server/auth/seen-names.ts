// Which names were there before, of any number: 16 bytes each, where a set of texts takes a hundred.

import { hash, randomBytes } from 'node:crypto'

export interface SeenNames {
  /** @returns false where it was there before */
  add(name: string): boolean
}

/**
 * Of each name 64 bits of a salted SHA-256 are kept, in a table with open addressing. Among two million the
 * chance that two names share them is one in ten million, and another salt parts them.
 */
export function createSeenNames(): SeenNames {
  const salt = randomBytes(16).toString('base64')
  let slots = new BigUint64Array(2 ** 16)
  let count = 0

  /** Where it is, or where it belongs. */
  function findSlot(table: BigUint64Array, digest: bigint): number {
    let slot = Number(digest & BigInt(table.length - 1))
    while (table[slot] !== 0n && table[slot] !== digest) slot = (slot + 1) % table.length
    return slot
  }

  function grow(): void {
    const larger = new BigUint64Array(2 * slots.length)
    for (const digest of slots) if (digest !== 0n) larger[findSlot(larger, digest)] = digest
    slots = larger
  }

  return {
    add(name) {
      // 0 is an empty slot.
      const digest = hash('sha256', salt + name, 'buffer').readBigUInt64LE() || 1n
      const slot = findSlot(slots, digest)
      if (slots[slot] === digest) return false
      slots[slot] = digest
      count += 1
      if (2 * count > slots.length) grow()
      return true
    },
  }
}
