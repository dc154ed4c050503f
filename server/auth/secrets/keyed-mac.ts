// A keyed code over a text: made with the newest key, accepted with any, in one spelling only.

import { createHmac, timingSafeEqual } from 'node:crypto'
import type { KeyLabel, MasterKeys } from './master-key.ts'

export interface KeyedMac {
  /** HMAC-SHA-256 in base64url: 43 characters. */
  sign(text: string): string
  /** What it is under each key, the newest first: a row may have been found by an older one. */
  signAll(text: string): string[]
  isOurs(text: string, code: string): boolean
}

export function createKeyedMac(masterKeys: MasterKeys, label: KeyLabel): KeyedMac {
  const keys = masterKeys.derive(label)
  const macOf = (key: Uint8Array, text: string) => createHmac('sha256', key).update(text).digest()
  return {
    sign: (text) => macOf(keys[0].key, text).toString('base64url'),
    signAll: (text) => keys.map(({ key }) => macOf(key, text).toString('base64url')),
    isOurs(text, code) {
      const presented = Buffer.from(code, 'base64url')
      // The last of 43 characters carries two stray bits: only the canonical spelling counts.
      if (presented.length !== macBytes || presented.toString('base64url') !== code) return false
      return keys.some(({ key }) => timingSafeEqual(macOf(key, text), presented))
    },
  }
}

const macBytes = 32
