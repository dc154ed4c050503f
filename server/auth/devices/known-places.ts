// Known places: the address pools that a user has signed in from lately. They recognise a program,
// which keeps no device cookie.

import { createHmac } from 'node:crypto'
import type { Compilable } from 'kysely'
import { type Clock, dayMs } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import type { MasterKeys } from '../secrets/master-key.ts'
import { addressPoolOf, noAddress } from './address-pool.ts'
import { rememberNewest } from './remember-newest.ts'

export interface KnownPlaces {
  /** Whether this user has signed in from there within 90 days. False for what is not an address. */
  isKnown(userId: string, address: string | null): Promise<boolean>
  /** The writes of a sign-in from there, which also forget all but the 20 used last. */
  remember(userId: string, address: string | null): Compilable[]
  forgetAll(userId: string): Compilable
}

/** How long a place is known after the last sign-in from there. A report may run once a quarter. */
export const placeLifetimeMs = 90 * dayMs

interface KnownPlacesDeps {
  database: Database
  clock: Clock
  masterKeys: MasterKeys
}

export function createKnownPlaces(deps: KnownPlacesDeps): KnownPlaces {
  const { clock } = deps
  const { kysely } = deps.database
  const keys = deps.masterKeys.derive('known-place')

  /** Different for each user, newest key first: rows of two users do not reveal that they met. */
  function placesOf(userId: string, address: string | null): string[] {
    const pool = addressPoolOf(address)
    if (pool === noAddress) return []
    return keys.map(({ key }) =>
      createHmac('sha256', key).update(`${userId} ${pool}`).digest('base64url'),
    )
  }

  return {
    async isKnown(userId, address) {
      const places = placesOf(userId, address)
      if (places.length === 0) return false
      const row = await kysely
        .selectFrom('known_places')
        .select('place')
        .where('user_id', '=', userId)
        .where('place', 'in', places)
        .where('last_used_at_ms', '>', clock.now() - placeLifetimeMs)
        .executeTakeFirst()
      return row !== undefined
    },

    remember(userId, address) {
      const [place] = placesOf(userId, address)
      if (place === undefined) return []
      return rememberNewest(kysely, {
        table: 'known_places',
        column: 'place',
        userId,
        value: place,
        nowMs: clock.now(),
        lifetimeMs: placeLifetimeMs,
      })
    },

    forgetAll: (userId) => kysely.deleteFrom('known_places').where('user_id', '=', userId),
  }
}
