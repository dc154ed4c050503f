// The master key, from which every other secret is derived, so that there is one thing to guard.

import { createHash, hkdfSync, randomBytes } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { hasTwins, parseMasterKey } from '../../settings/master-key-text.ts'
import { StartError } from '../../settings/start-error.ts'

export interface DerivedKey {
  /** Identifies the master key that this came from; stored beside what the key protects. */
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
  | 'mail-link'
  | 'outbox'
  | 'passkey-challenge'

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
 * Reads `<dataDir>/master.key`, or makes it at the first start: 32 random bytes in base64, mode
 * 0600.
 * @param warn called with a sentence where the file's group may read it
 * @throws StartError where it cannot be read or written, is damaged, or others may read it
 */
export function loadMasterKeyFile(
  dataDir: string,
  warn: (sentence: string) => void = () => {},
): Uint8Array[] {
  const path = join(dataDir, 'master.key')
  try {
    makeMasterKeyFile(dataDir, path)
    checkMode(dataDir, path, warn)
    return readKeys(path)
  } catch (error) {
    if (error instanceof StartError) throw error
    const { code } = error as NodeJS.ErrnoException
    throw new StartError(
      // From Node 24 on the error is about the folder that cannot be made, and no longer about the
      // file that cannot be opened.
      code === 'ENOTDIR' || code === 'EEXIST'
        ? `A file is in the way of the data folder ${dataDir}: set DATA_DIR to another one.`
        : `${path} cannot be used (${code}). Make ${dataDir} writable for this user, or set DATA_DIR to a folder that is.`,
      { cause: error },
    )
  }
}

/** Newest first, with white space or commas between them, as in MASTER_KEY. */
function readKeys(path: string): Uint8Array[] {
  const texts = readFileSync(path, 'utf8')
    .split(/[\s,]+/)
    .filter((text) => text !== '')
  const keys = texts.flatMap((text) => parseMasterKey(text) ?? [])
  if (keys.length === 0 || keys.length < texts.length) {
    throw new StartError(
      `${path} is damaged: it must hold 32 random bytes in base64. Put the right file back from a backup; without it stored passwords and signing keys cannot be read.`,
    )
  }
  if (hasTwins(keys)) {
    throw new StartError(`${path} has the same key twice: one of them is to be another.`)
  }
  return keys
}

/** Written beside and moved into place, so that no process ever reads half a key. */
function makeMasterKeyFile(dataDir: string, path: string): void {
  if (exists(path)) return
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  try {
    writeNewKey(draft)
    refuseIfOthersCanRead(dataDir, draft)
    moveWhereNoneIs(draft, path)
  } finally {
    rmSync(draft, { force: true })
  }
}

function writeNewKey(path: string): void {
  const file = openSync(path, 'wx', 0o600)
  try {
    writeSync(file, `${randomBytes(32).toString('base64')}\n`)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** What `link` answers where a file system has no hard links: FAT, exFAT, many network shares. */
const noHardLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EMLINK'])

/** If another process was first, its key counts. */
function moveWhereNoneIs(draft: string, path: string): void {
  try {
    linkSync(draft, path)
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return
    if (!noHardLinks.has(code)) throw error
    renameInTurn(draft, path)
  }
}

/**
 * A rename replaces an existing file: only the process that has made the lock checks, and renames.
 */
function renameInTurn(draft: string, path: string): void {
  const lock = `${path}.lock`
  for (let tries = 0; !exists(path); tries++) {
    try {
      closeSync(openSync(lock, 'wx', 0o600))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      // A rename takes less than a second: the maker of an older lock was killed.
      if (tries >= lockTriesMax) rmSync(lock, { force: true })
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, lockPauseMs)
      continue
    }
    if (!exists(path)) renameSync(draft, path)
    rmSync(lock, { force: true })
  }
}

const lockTriesMax = 50
const lockPauseMs = 20

function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

/** Windows keeps no such bits; its folders are private to the user by inheritance. */
function readMode(path: string): number {
  return process.platform === 'win32' ? 0o600 : statSync(path).mode & 0o777
}

function checkMode(dataDir: string, path: string, warn: (sentence: string) => void): void {
  refuseIfOthersCanRead(dataDir, path)
  const mode = readMode(path)
  if ((mode & 0o070) === 0) return
  // Kubernetes gives every file of a volume to the pod's fsGroup, at each start again.
  warn(
    `${path} is open to its group (mode ${mode.toString(8)}). Where no other user is in that group, all is well; otherwise: chmod 600 ${path}`,
  )
}

function refuseIfOthersCanRead(dataDir: string, path: string): void {
  const mode = readMode(path)
  if ((mode & 0o007) === 0) return
  throw new StartError(
    keepsModes(dataDir)
      ? `${path} can be read by others (mode ${mode.toString(8)}). Close it with: chmod 600 ${path}`
      : `The file system of ${dataDir} keeps no modes: there, others can read the master key. Set MASTER_KEY, or DATA_DIR to a folder on another file system (under WSL one of Linux, with Docker a volume), or mount it for this user alone (WSL: the option metadata; exFAT and SMB: umask=077).`,
  )
}

/** Checked on a new file, whose mode has no other cause. */
function keepsModes(dataDir: string): boolean {
  const probe = join(dataDir, `mode.${process.pid}.${randomBytes(4).toString('hex')}`)
  try {
    closeSync(openSync(probe, 'wx', 0o600))
    return (readMode(probe) & 0o077) === 0
  } catch {
    // Nothing can be written there: only the mode itself is known.
    return true
  } finally {
    rmSync(probe, { force: true })
  }
}
