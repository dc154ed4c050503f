// Which database errors mean "not now", and are answered 503 and not 500.

import { expect, test } from 'vitest'
import { isUnavailable } from './errors.ts'

const withCode = (code: string) => Object.assign(new Error('x'), { code })

test('a database that is gone, full, locked or shutting down is unavailable', () => {
  for (const code of [
    ...['SQLITE_BUSY', 'SQLITE_BUSY_SNAPSHOT', 'SQLITE_FULL', 'SQLITE_IOERR_WRITE'],
    ...['SQLITE_READONLY', 'SQLITE_CANTOPEN', 'SQLITE_CORRUPT'],
    ...['57P01', '57P03', '57014', '53100', '53300', '08006', '40P01', '28P01', '25006'],
    ...['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND'],
  ]) {
    expect(isUnavailable(withCode(code)), code).toBe(true)
  }
  for (const message of [
    'Connection terminated unexpectedly',
    'Connection terminated due to connection timeout',
    'timeout exceeded when trying to connect',
    'Query read timeout',
    'Client has encountered a connection error and is not queryable',
  ]) {
    expect(isUnavailable(new Error(message)), message).toBe(true)
  }
})

test('a mistake in a statement, a taken value or a bug is not an outage', () => {
  for (const code of ['SQLITE_ERROR', 'SQLITE_CONSTRAINT_UNIQUE', '42601', '23505', '22021']) {
    expect(isUnavailable(withCode(code)), code).toBe(false)
  }
  for (const other of [new TypeError('x is not a function'), 'timeout', null, undefined, {}]) {
    expect(isUnavailable(other)).toBe(false)
  }
})
