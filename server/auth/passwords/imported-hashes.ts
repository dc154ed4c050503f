// Hashes of other software: which are accepted, and how they are stored until their owner signs in.

import { createHmac } from 'node:crypto'
import { seal, unseal } from '../secrets/sealed-text.ts'
import {
  bcryptCostHighest,
  type Pepper,
  readBcryptCost,
  type StoredPassword,
} from './stored-password.ts'

/** What is wrong with a hash that other software made: bcrypt only, and no cost we would not check. */
export function importedHashProblem(hash: string): string | undefined {
  if (readBcryptCost(hash) <= bcryptCostHighest) return undefined
  return `must be a bcrypt hash, as $2b$12$ and 53 characters, with a cost of ${bcryptCostHighest} at most`
}

/** A plain bcrypt hash, sealed: here too a stolen database alone is useless for guessing. */
export function sealImportedHash(plainHash: string, pepper: Pepper): StoredPassword {
  const hash = sealedPrefix + seal(plainHash, sealContext, sealingKeyOf(pepper))
  return { hash, keyId: pepper.id }
}

export function isSealed({ hash }: StoredPassword): boolean {
  return hash.startsWith(sealedPrefix)
}

/** No bcrypt hash begins so. */
const sealedPrefix = 'sealed.'
const sealContext = 'imported hash'

/** Not the pepper itself: a key has one use. */
function sealingKeyOf({ id, key }: Pepper): Pepper {
  return { id, key: createHmac('sha256', key).update(sealContext).digest() }
}

/** '' where it was tampered with: that is not a bcrypt hash. */
export function openImportedHash(sealed: string, pepper: Pepper): string {
  try {
    return unseal(sealed.slice(sealedPrefix.length), sealContext, [sealingKeyOf(pepper)])
  } catch {
    return ''
  }
}
