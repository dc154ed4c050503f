// @ts-check
// Reads a `.env` file: the launcher does so before anything is built, and the server after that.

import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'

/**
 * Node's own syntax (`util.parseEnv`), after a byte order mark, which Windows' editors put in
 * front.
 * @param {string} file
 * @returns {Record<string, string>} by name; empty where there is no such file
 * @throws {Error} a sentence, where it cannot be read
 */
export function readEnvFile(file) {
  const bytes = readIfThere(file)
  if (bytes === undefined) return {}
  // UTF-16, as Windows' PowerShell writes it, has a NUL in every Latin letter.
  if (bytes.includes(0)) throw new Error(`${file} is not UTF-8: save it as UTF-8.`)
  return /** @type {Record<string, string>} */ (parseEnv(new TextDecoder().decode(bytes)))
}

/** @param {string} file */
function readIfThere(file) {
  try {
    return readFileSync(file)
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error)
    if (code === 'ENOENT') return undefined
    throw new Error(
      code === 'EISDIR'
        ? `${file} is a folder: put a file in its place, or remove it.`
        : `${file} cannot be read (${code}): let this user read it.`,
      { cause: error },
    )
  }
}
