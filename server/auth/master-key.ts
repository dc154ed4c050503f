// The master key, from which every other secret is derived, so that there is one thing to guard.

import { createHash, hkdfSync, randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { StartError } from '../contract/start-error.ts'

export interface DerivedKey {
  /** Tells which master key this came from; stored beside what the key protects. */
  id: string
  key: Uint8Array
}

/** What a derived key is for. One label each, so that no two uses share key material. */
export type KeyLabel =
  | 'refresh-token'
  | 'device-cookie'
  | 'password-pepper'
  | 'signing-keys'
  | 'throttle'
  | 'known-place'
  | 'export-cursor'

export interface MasterKeys {
  /** 32 bytes for each master key, newest first: make with the first, read with all. */
  derive(label: KeyLabel): [DerivedKey, ...DerivedKey[]]
}

/** RFC 5869: HKDF with SHA-256, no salt (the master key is random already). */
export function createMasterKeys(keys: readonly Uint8Array[]): MasterKeys {
  const [newest, ...older] = keys
  if (newest === undefined) throw new StartError('There is no master key.')
  const deriveOne = (masterKey: Uint8Array, label: string) =>
    new Uint8Array(hkdfSync('sha256', masterKey, new Uint8Array(), `keycard ${label}`, 32))
  const idOf = (masterKey: Uint8Array) =>
    createHash('sha256').update(deriveOne(masterKey, 'id')).digest('base64url').slice(0, 8)
  return {
    derive(label) {
      const derived = (masterKey: Uint8Array) => ({
        id: idOf(masterKey),
        key: deriveOne(masterKey, label),
      })
      return [derived(newest), ...older.map(derived)]
    },
  }
}

/**
 * Reads `<dataDir>/master.key`, or makes it at the first start: 32 random bytes in base64, mode 0600.
 * @throws StartError where it cannot be read or written, is damaged, or others may read it
 */
export function loadMasterKeyFile(dataDir: string): Uint8Array[] {
  const path = join(dataDir, 'master.key')
  try {
    makeMasterKeyFile(dataDir, path)
    refuseIfOthersCanRead(path)
    const keys = readFileSync(path, 'utf8')
      .split(/\s+/)
      .filter((line) => line !== '')
      .map((line) => Buffer.from(line, 'base64'))
    if (keys.length === 0 || keys.some((key) => key.length < 32)) {
      throw new StartError(
        `${path} is damaged: it must hold 32 random bytes in base64. Put the right file back from a backup; without it stored passwords and signing keys cannot be read.`,
      )
    }
    return keys
  } catch (error) {
    if (error instanceof StartError) throw error
    const { code } = error as NodeJS.ErrnoException
    throw new StartError(
      // From Node 24 on it is the folder that cannot be made, and no longer the file that cannot be opened.
      code === 'ENOTDIR' || code === 'EEXIST'
        ? `A file is in the way of the data folder ${dataDir}: set DATA_DIR to another one.`
        : `${path} cannot be used (${code}). Make ${dataDir} writable for this user, or set DATA_DIR to a folder that is.`,
      { cause: error },
    )
  }
}

/** Written beside and linked into place, so that no process ever reads half a key. */
function makeMasterKeyFile(dataDir: string, path: string): void {
  if (exists(path)) return
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  const file = openSync(draft, 'wx', 0o600)
  try {
    writeSync(file, `${randomBytes(32).toString('base64')}\n`)
    fsyncSync(file)
    linkSync(draft, path)
  } catch (error) {
    // Another process was first: its key counts.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    closeSync(file)
    rmSync(draft)
  }
}

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

function refuseIfOthersCanRead(path: string): void {
  // Windows keeps no such bits; its folders are private to the user by inheritance.
  if (process.platform === 'win32') return
  const mode = statSync(path).mode & 0o777
  if ((mode & 0o077) !== 0) {
    throw new StartError(
      `${path} can be read by others (mode ${mode.toString(8)}). Close it with: chmod 600 ${path}`,
    )
  }
}
