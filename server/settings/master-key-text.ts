// A master key as text, in MASTER_KEY or in the key file: at least 32 random bytes in base64 or base64url.

const leastBytes = 32
/** 32 random bytes have fewer different ones once in 10^40 times. */
const leastDifferentBytes = 8

/** @returns undefined for what is no such key: too short, or hardly random, as zeros or a word again and again */
export function parseMasterKey(text: string): Uint8Array | undefined {
  if (!/^[\w+/-]+={0,2}$/.test(text)) return undefined
  const key = Buffer.from(text, 'base64')
  return key.length >= leastBytes && new Set(key).size >= leastDifferentBytes ? key : undefined
}

/** Whether one of them stands there twice: then the key before it is missing. */
export function hasTwins(keys: readonly Uint8Array[]): boolean {
  return new Set(keys.map((key) => Buffer.from(key).toString('hex'))).size < keys.length
}
