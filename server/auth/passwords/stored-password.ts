// The stored form of a password: a bcrypt hash, its cost, and the key that went into it.

/** A key of the pre-hash, kept outside the database. Its id stands beside each hash made with it. */
export interface Pepper {
  id: string
  key: Uint8Array
}

export interface StoredPassword {
  /** `$2b$cost$…`, 60 characters; or other software's, sealed. */
  hash: string
  /** The pepper's id; null for a plain bcrypt hash, as other software makes them. */
  keyId: string | null
}

export const bcryptCostDefault = 12
/** OWASP's least. */
export const bcryptCostLowest = 10
/** About 3 s a hash. One stored row with cost 31 would occupy a thread for two days. */
export const bcryptCostHighest = 15

/** `$2x$` is the old PHP's wrong hash; the other three letters mean the same function. */
const bcryptSyntax = /^\$2[aby]\$(0[4-9]|[12][0-9]|3[01])\$[./A-Za-z0-9]{53}$/

/** NaN where it is not a bcrypt hash. */
export function readBcryptCost(hash: string): number {
  return Number(bcryptSyntax.exec(hash)?.[1])
}
