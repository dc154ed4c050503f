// Refresh tokens: `user id . session id . counter . MAC`. Only the counter is stored, and
// moved by ../sessions/session-rotation.ts.

import { createKeyedMac } from '../secrets/keyed-mac.ts'
import type { MasterKeys } from '../secrets/master-key.ts'

export interface RefreshTokenParts {
  /** Of the session. Absent in a token of the older form, which lacks it. */
  userId?: string | undefined
  sessionId: string
  /** How often the session has been refreshed when this token was made. */
  counter: number
}

export interface RefreshTokens {
  /** The same parts give the same token, so a lost reply can be repeated. */
  make(parts: RefreshTokenParts & { userId: string }): string
  /** undefined for anything we did not make: garbage costs no query. */
  read(token: string): RefreshTokenParts | undefined
}

/** Without the user's id: `session id . counter . MAC`, made until that id was added. */
const tokenSyntax = /^(?:([\w-]{22})\.)?([\w-]{22})\.(0|[1-9]\d{0,14})\.([\w-]{43})$/

export function createRefreshTokens(masterKeys: MasterKeys): RefreshTokens {
  const mac = createKeyedMac(masterKeys, 'refresh-token')
  return {
    make({ userId, sessionId, counter }) {
      const text = `${userId}.${sessionId}.${counter}`
      return `${text}.${mac.sign(text)}`
    },
    read(token) {
      const [, userId, sessionId, digits, code] = tokenSyntax.exec(token) ?? []
      if (sessionId === undefined || code === undefined) return undefined
      if (!mac.isOurs(token.slice(0, -code.length - 1), code)) return undefined
      return { sessionId, counter: Number(digits), ...(userId !== undefined && { userId }) }
    },
  }
}
