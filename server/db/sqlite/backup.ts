// A copy of the SQLite database as it is at one moment, made while others read and write it.

import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs'
import { AppError } from '../../contract/app-error.ts'
import { connectSqlite } from './connection.ts'

/** In milliseconds. A copy only reads, and hardly ever waits for another process. */
const busyTimeoutMs = 5_000

/** @throws AppError invalid_input where the file exists already, or cannot be written */
export async function backUpSqlite(database: string, file: string): Promise<void> {
  // Made here, and empty: no other user may read it, and an existing file is never overwritten.
  const descriptor = makeFile(file)
  // A connection of its own, so that nothing else waits for the copy.
  const connection = connectSqlite(database, busyTimeoutMs)
  try {
    await connection.execOffThread(`vacuum into '${file.replaceAll("'", "''")}'`)
    fsyncSync(descriptor)
  } catch (error) {
    rmSync(file, { force: true })
    throw refuseFile(file, error)
  } finally {
    connection.close()
    closeSync(descriptor)
  }
}

function makeFile(file: string): number {
  try {
    return openSync(file, 'wx', 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw refuseFile(file, error)
    throw new AppError('invalid_input', `${file} exists already: name a new file.`, {
      cause: error,
    })
  }
}

function refuseFile(file: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new AppError('invalid_input', `${file} cannot be written: ${why}`, { cause })
}
