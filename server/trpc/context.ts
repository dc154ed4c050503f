// What every procedure gets: the services, and the caller.

import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Identity } from '../auth/tokens/identity.ts'
import { type Device, describeDevice } from '../contract/device.ts'
import type { Services } from '../services.ts'
import { readAuthorizationHeaders } from '../web/authorization-header.ts'
import { type DeviceCookie, openDeviceCookie, readDeviceId } from '../web/device-cookie.ts'
import { openRefreshCookie, type RefreshCookie } from '../web/refresh-cookie.ts'

export interface Context {
  readonly services: Services
  /** Where the call comes from, for the list of sessions. */
  readonly device: Device
  /**
   * The same, recognised by its cookie: for procedures that check a password, which strangers may
   * have guessed at.
   */
  knownDevice(): Device
  /**
   * The caller, determined once for all calls of a batch, and only if a procedure asks: a public
   * procedure works whatever the Authorization header says.
   */
  identify(): Promise<Identity>
  /** @throws AppError cross_site, other_address */
  refreshCookie(): RefreshCookie
  /** @throws AppError cross_site, other_address */
  deviceCookie(): DeviceCookie
}

export function createContext(
  services: Services,
  request: FastifyRequest,
  reply: FastifyReply,
): Context {
  const authorization = readAuthorizationHeaders(request.raw.rawHeaders)
  let identity: Promise<Identity> | undefined
  const device = describeDevice(request)
  return {
    services,
    device,
    knownDevice: () => ({ ...device, deviceId: readDeviceId(request, services) }),
    identify() {
      identity ??= services.identities.identify(authorization)
      return identity
    },
    refreshCookie: () => openRefreshCookie(request, reply, services),
    deviceCookie: () => openDeviceCookie(request, reply, services),
  }
}
