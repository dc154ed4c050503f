// The device cookie: it recognises a browser, whichever user signs in there. It grants no access.

import type { FastifyReply, FastifyRequest } from 'fastify'
import { deviceLifetimeMs } from '../contract/device.ts'
import type { Services } from '../services.ts'
import { openBrowserCookie, readCookie } from './browser-cookie.ts'
import { judgeOrigin } from './request-origin.ts'

export interface DeviceCookie {
  /** The device's id; undefined where there is none, or none that we issued. */
  read(): string | undefined
  /**
   * Lasts as long as the device is remembered. null, for a client that is not a browser, sets
   * nothing.
   */
  renew(deviceId: string | null): void
}

/** For calls that show a token: the cookie counts only where our own pages sent it (R70). */
export function readDeviceId(
  request: FastifyRequest,
  { config, deviceTokens }: Pick<Services, 'config' | 'deviceTokens'>,
): string | undefined {
  if (judgeOrigin(request, config) !== 'own') return undefined
  const token = readCookie(request, 'keycard-device', config)
  return token === undefined ? undefined : deviceTokens.read(token)
}

/** @throws AppError cross_site, other_address, or invalid_request where the answer is to be streamed */
export function openDeviceCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  services: Pick<Services, 'config' | 'deviceTokens' | 'otherAddresses'>,
): DeviceCookie {
  const { deviceTokens } = services
  const cookie = openBrowserCookie(request, reply, services, 'keycard-device')
  return {
    read() {
      const token = cookie.read()
      return token === undefined ? undefined : deviceTokens.read(token)
    },
    renew(deviceId) {
      if (deviceId !== null) cookie.set(deviceTokens.make(deviceId), deviceLifetimeMs / 1_000)
    },
  }
}
