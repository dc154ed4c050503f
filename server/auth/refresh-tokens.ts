// Refresh tokens: `session id . counter . MAC`. Nothing about them is stored but the counter.

import { createHmac, timingSafeEqual } from 'node:crypto'
import type { MasterKeys } from './master-key.ts'

export interface RefreshTokenParts {
  sessionId: string
  /** How often the session has been refreshed when this token was made. */
  counter: number
}

export interface RefreshTokens {
  /** The same parts give the same token, so a lost reply can be given again. */
  make(parts: RefreshTokenParts): string
  /** undefined for anything we did not make: garbage costs no query. */
  read(token: string): RefreshTokenParts | undefined
}

const tokenSyntax = /^([\w-]{22})\.(0|[1-9]\d{0,14})\.([\w-]{43})$/

export function createRefreshTokens(masterKeys: MasterKeys): RefreshTokens {
  const keys = masterKeys.derive('refresh-token')
  const mac = (key: Uint8Array, sessionId: string, counter: number) =>
    createHmac('sha256', key).update(`${sessionId}.${counter}`).digest()
  return {
    make({ sessionId, counter }) {
      const code = mac(keys[0].key, sessionId, counter).toString('base64url')
      return `${sessionId}.${counter}.${code}`
    },
    read(token) {
      const [, sessionId, digits, code] = tokenSyntax.exec(token) ?? []
      if (sessionId === undefined || code === undefined) return undefined
      const counter = Number(digits)
      const presented = Buffer.from(code, 'base64url')
      // The last of 43 characters carries two stray bits: only the canonical spelling counts.
      if (presented.toString('base64url') !== code) return undefined
      const isOurs = keys.some(({ key }) =>
        timingSafeEqual(mac(key, sessionId, counter), presented),
      )
      return isOurs ? { sessionId, counter } : undefined
    },
  }
}
