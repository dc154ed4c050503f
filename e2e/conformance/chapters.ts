// Every chapter, in reading order. A new one is one line here.

import { asvs } from './asvs.ts'
import { fastapi } from './fastapi.ts'
import { keycard } from './keycard.ts'
import type { ProfileName } from './profiles.ts'
import type { Chapter } from './requirement.ts'
import { rfc6749 } from './rfc6749.ts'
import { rfc6750 } from './rfc6750.ts'
import { rfc7009 } from './rfc7009.ts'
import { rfc7517 } from './rfc7517.ts'
import { rfc7662 } from './rfc7662.ts'
import { rfc8414 } from './rfc8414.ts'
import { rfc8725 } from './rfc8725.ts'
import { rfc9068 } from './rfc9068.ts'
import { rfc9700 } from './rfc9700.ts'
import { rfc9728 } from './rfc9728.ts'

export const chapters: readonly Chapter[] = [
  rfc6749,
  rfc6750,
  rfc8725,
  rfc9068,
  rfc7517,
  rfc7009,
  rfc7662,
  rfc8414,
  rfc9728,
  rfc9700,
  asvs,
  fastapi,
  keycard,
]

/** The chapters that apply to such a server. */
export function chaptersFor(profile: ProfileName): readonly Chapter[] {
  return chapters.filter(({ profiles }) => profiles?.includes(profile) ?? true)
}
