// A master key as text, in MASTER_KEY or in the key file: at least 32 random bytes in base64 or base64url.

const leastBytes = 32
/** 32 random bytes have fewer distinct values once in 10^40 times. */
const leastDifferentBytes = 8

/**
 * @returns undefined for what is not a valid key: too short, or hardly random, such as zeros or a
 *   repeated word
 */
export function parseMasterKey(text: string): Uint8Array | undefined {
  if (!/^[\w+/-]+={0,2}$/.test(text)) return undefined
  const key = Buffer.from(text, 'base64')
  return key.length >= leastBytes && new Set(key).size >= leastDifferentBytes ? key : undefined
}

/** Whether one of them is given twice: then the key before it is missing. */
export function hasTwins(keys: readonly Uint8Array[]): boolean {
  return new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size < keys.length
}
