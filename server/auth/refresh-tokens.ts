// Refresh tokens: `session id . counter . MAC`. Nothing about them is stored but the counter.

import { createKeyedMac } from './keyed-mac.ts'
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
  const mac = createKeyedMac(masterKeys, 'refresh-token')
  return {
    make({ sessionId, counter }) {
      const text = `${sessionId}.${counter}`
      return `${text}.${mac.sign(text)}`
    },
    read(token) {
      const [, sessionId, digits, code] = tokenSyntax.exec(token) ?? []
      if (sessionId === undefined || code === undefined) return undefined
      if (!mac.isOurs(`${sessionId}.${digits}`, code)) return undefined
      return { sessionId, counter: Number(digits) }
    },
  }
}
