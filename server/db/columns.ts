// Column types that say more than a plain type would.

/** A boolean is 0 or 1: libsql ends the whole process when it is given true or false. */
export type Flag = 0 | 1

/** Milliseconds since 1970 in a bigint column, whose name ends in `_at_ms`. */
export type EpochMs = number
