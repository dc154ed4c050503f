// What slows guessing down, and the devices and places that it does not slow down.

import { createDeviceList } from '../../auth/devices/device-list.ts'
import { createDeviceRemoval } from '../../auth/devices/device-removal.ts'
import { createKnownDevices } from '../../auth/devices/known-devices.ts'
import { createKnownPlaces } from '../../auth/devices/known-places.ts'
import { createEnumerationThrottle } from '../../auth/throttle/enumeration-throttle.ts'
import { createLoginThrottle } from '../../auth/throttle/login-throttle.ts'
import { createThrottleCounters } from '../../auth/throttle/throttle-counters.ts'
import type { Changes } from './change-feed.ts'
import type { Foundation } from './foundation.ts'

export type Throttle = ReturnType<typeof createThrottle>

export function createThrottle(deps: Foundation & Changes) {
  const { config, masterKeys, database, clock, nowMs, auditLog, changeFeed } = deps
  const { failuresPerAddress } = config
  const knownDevices = createKnownDevices({ database, clock })
  const knownPlaces = createKnownPlaces({ database, clock, masterKeys })
  const counters = createThrottleCounters({ database, nowMs })
  changeFeed.follow({ purge: counters.purge })
  return {
    counters,
    knownDevices,
    readDevices: createDeviceList({ database, clock }),
    forgetDevice: createDeviceRemoval({ database, knownDevices, auditLog }),
    knownPlaces,
    /** The writes after which no device and no place of the user is known. */
    forgetKnown: (userId: string) => [
      knownDevices.forgetAll(userId),
      knownPlaces.forgetAll(userId),
    ],
    loginThrottle: createLoginThrottle({
      counters,
      masterKeys,
      knownDevices,
      knownPlaces,
      failuresPerAddress,
    }),
    enumerationThrottle: createEnumerationThrottle({ counters, failuresPerAddress }),
  }
}
