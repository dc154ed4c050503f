// Which names were seen before, of any number: some 12 bytes each, where a set of texts takes a hundred.

import { hash, randomBytes } from 'node:crypto'

export interface SeenNames {
  /** @returns false where it was seen before */
  add(name: string): boolean
}

/** Each grows alone, so that never more than a small part is there twice. */
const partCount = 256

/**
 * Of each name 64 bits of a salted SHA-256 are kept, in tables with open addressing. Among two
 * million the chance that two names share them is one in ten million, and another salt separates
 * them.
 */
export function createSeenNames(): SeenNames {
  const salt = randomBytes(16).toString('base64')
  const parts = Array.from({ length: partCount }, createPart)
  return {
    add(name) {
      const digest = hash('sha256', salt + name, 'buffer')
      const part = parts[digest[8] ?? 0]
      // 0 is an empty slot.
      return part?.add(digest.readUInt32LE(0), digest.readUInt32LE(4) || 1) ?? false
    },
  }
}

/** Two words of 32 bits each: numbers, where one of 64 would be an object. */
function createPart() {
  let words = new Uint32Array(2 * 64)
  let count = 0

  /** Where it is, or where it belongs. */
  function findSlot(table: Uint32Array, low: number, high: number): number {
    const slots = table.length / 2
    let slot = low % slots
    while (
      table[2 * slot + 1] !== 0 &&
      !(table[2 * slot] === low && table[2 * slot + 1] === high)
    ) {
      slot = (slot + 1) % slots
    }
    return 2 * slot
  }

  function put(table: Uint32Array, place: number, low: number, high: number): void {
    table[place] = low
    table[place + 1] = high
  }

  /** By half: at four fifths full it is dense enough, and still quick. */
  function grow(): void {
    const larger = new Uint32Array(2 * Math.ceil((words.length / 2) * 1.5))
    for (let place = 0; place < words.length; place += 2) {
      const [low = 0, high = 0] = [words[place], words[place + 1]]
      if (high !== 0) put(larger, findSlot(larger, low, high), low, high)
    }
    words = larger
  }

  return {
    add(low: number, high: number): boolean {
      const place = findSlot(words, low, high)
      if (words[place + 1] !== 0) return false
      put(words, place, low, high)
      count += 1
      if (count > 0.8 * (words.length / 2)) grow()
      return true
    },
  }
}
