// @ts-check
// Which bcrypt is in use: the native one where it is installed, else the one in JavaScript, which
// is always there. Plain JavaScript, as the thread that loads it.

import { compareSync, hashSync } from 'bcryptjs'

/** @typedef {'@node-rs/bcrypt' | 'bcryptjs'} BcryptEngineName */

/**
 * Both give one answer for every input that `passwords.ts` accepts, and hashes that the other
 * verifies.
 *
 * @typedef {object} BcryptEngine
 * @property {BcryptEngineName} name
 * @property {(secret: string, cost: number) => string} hash a `$2b$` hash with a salt of its own
 * @property {(secret: string, stored: string) => boolean} verify
 */

/** @type {BcryptEngine} */
const portable = { name: 'bcryptjs', hash: hashSync, verify: compareSync }

/**
 * @param {BcryptEngineName | undefined} name the fastest there is where none is named
 * @returns {Promise<BcryptEngine>}
 * @throws Error where the named one cannot be loaded
 */
export async function loadBcryptEngine(name) {
  if (name === 'bcryptjs') return portable
  if (name !== undefined && name !== '@node-rs/bcrypt')
    throw new Error(`no bcrypt is named ${name}`)
  try {
    return await loadNative()
  } catch (error) {
    // Not installed, or not made for this system.
    if (name === undefined) return portable
    throw error
  }
}

/** @returns {Promise<BcryptEngine>} */
async function loadNative() {
  const native = await import('@node-rs/bcrypt')
  return {
    name: '@node-rs/bcrypt',
    hash: (secret, cost) => native.hashSync(secret, cost),
    verify: native.verifySync,
  }
}
