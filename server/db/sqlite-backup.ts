// A copy of the SQLite database as it is at one moment, made while others read and write it.

import { closeSync, fsyncSync, openSync, rmSync } from 'node:fs'
import { AppError } from '../contract/app-error.ts'
import type { SqliteConnection } from './sqlite-connection.ts'

/** @throws AppError invalid_input where the file is there already, or cannot be written */
export function backUpSqlite(connection: SqliteConnection, file: string): void {
  // Made here, and empty: nobody else may read it, and what is there already is never written over.
  const descriptor = makeFile(file)
  try {
    connection.exec(`vacuum into '${file.replaceAll("'", "''")}'`)
    fsyncSync(descriptor)
  } catch (error) {
    rmSync(file, { force: true })
    throw refuseFile(file, error)
  } finally {
    closeSync(descriptor)
  }
}

function makeFile(file: string): number {
  try {
    return openSync(file, 'wx', 0o600)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw refuseFile(file, error)
    throw new AppError('invalid_input', `${file} is there already: name a new file.`, {
      cause: error,
    })
  }
}

function refuseFile(file: string, cause: unknown): AppError {
  const why = cause instanceof Error ? cause.message : String(cause)
  return new AppError('invalid_input', `${file} cannot be written: ${why}`, { cause })
}
