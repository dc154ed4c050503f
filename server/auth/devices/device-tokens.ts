// Device tokens: `device id . MAC`, what a browser's device cookie holds. They grant no access.

import { createKeyedMac } from '../secrets/keyed-mac.ts'
import type { MasterKeys } from '../secrets/master-key.ts'

export interface DeviceTokens {
  make(deviceId: string): string
  /** The device's id; undefined for anything we did not issue: a known device cannot be invented. */
  read(token: string): string | undefined
}

const tokenSyntax = /^([\w-]{22})\.([\w-]{43})$/

export function createDeviceTokens(masterKeys: MasterKeys): DeviceTokens {
  const mac = createKeyedMac(masterKeys, 'device-cookie')
  return {
    make: (deviceId) => `${deviceId}.${mac.sign(deviceId)}`,
    read(token) {
      const [, deviceId, code] = tokenSyntax.exec(token) ?? []
      if (deviceId === undefined || code === undefined) return undefined
      return mac.isOurs(deviceId, code) ? deviceId : undefined
    },
  }
}
