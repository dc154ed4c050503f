// The browser's refresh token as a cookie that lives as long as its session may (R57, R68, R69).

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Session } from '../auth/sessions/session-rows.ts'
import { AppError } from '../contract/app-error.ts'
import type { Services } from '../services.ts'
import { openBrowserCookie, readCookie } from './browser-cookie.ts'

export interface RefreshCookie {
  /** False for clients that are not browsers: they store the token themselves. */
  readonly available: boolean
  read(): string | undefined
  set(refreshToken: string, session: Pick<Session, 'persistent' | 'expiresAtMs'>): void
  clear(): void
}

/** @throws AppError cross_site, other_address, or invalid_request where the answer is to be streamed */
export function openRefreshCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  services: Pick<Services, 'config' | 'clock' | 'otherAddresses'>,
): RefreshCookie {
  const cookie = openBrowserCookie(request, reply, services, 'keycard')
  return {
    available: cookie.available,
    read: cookie.read,
    set(refreshToken, { persistent, expiresAtMs }) {
      // Without "keep me signed in" it has no Max-Age and ends with the browser; the server counts
      // idle expiry.
      const leftSeconds = Math.ceil((expiresAtMs - services.clock.now()) / 1_000)
      cookie.set(refreshToken, persistent ? leftSeconds : undefined)
    },
    clear: cookie.clear,
  }
}

/**
 * Whether a page that is being opened will find its session. It only decides which page is shown,
 * so it may also be asked for an address typed by hand, which is not `same-origin`.
 * @returns undefined where the database does not answer: a page is shown all the same
 */
export async function hasLiveRefreshCookie(
  request: FastifyRequest,
  { config, sessions }: Pick<Services, 'config' | 'sessions'>,
): Promise<boolean | undefined> {
  const refreshToken = readCookie(request, 'keycard', config)
  if (refreshToken === undefined) return false
  try {
    return await sessions.isLive(refreshToken)
  } catch (error) {
    if (error instanceof AppError && error.reason === 'unavailable') return undefined
    throw error
  }
}
