// Which of several hosts is asked: the one that accepted writes last, until it does not.

import type pg from 'pg'

export interface PostgresHosts {
  readonly count: number
  current(): pg.ClientConfig
  /** The next one is asked from now on; without effect where that has been decided already. */
  moveOn(failed: pg.ClientConfig): void
}

export function createPostgresHosts(hosts: readonly pg.ClientConfig[]): PostgresHosts {
  let index = 0
  const current = () => hosts[index] ?? {}
  return {
    count: hosts.length,
    current,
    moveOn(failed) {
      if (failed === current()) index = (index + 1) % hosts.length
    },
  }
}
