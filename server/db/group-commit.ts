// The writes of one turn of the loop are committed together: one sync to the disk for all of them.

import type { SqliteConnection } from './sqlite-connection.ts'

export interface GroupCommit {
  /**
   * Resolves with what `write` gave once it is on the disk (R116). A write that throws is undone and
   * rejected alone; where the commit fails, none of the group has happened and all are rejected.
   */
  run<Result>(write: () => Result): Promise<Result>
  /** Commits now what still waits for its turn. */
  flush(): void
}

export function createGroupCommit(
  connection: Pick<SqliteConnection, 'exec' | 'inTransaction'>,
): GroupCommit {
  let waiting: Entry[] = []

  /** Nothing is awaited in here, so that nothing reads or writes in between. */
  function flush(): void {
    const group = waiting
    waiting = []
    if (group.length === 0) return
    try {
      connection.exec('begin immediate')
      const tellAll = group.map(attempt)
      connection.exec('commit')
      for (const tell of tellAll) tell()
    } catch (error) {
      // A full disk has already rolled back by itself.
      if (connection.inTransaction) connection.exec('rollback')
      for (const { reject } of group) reject(error)
    }
  }

  /** @returns what tells its caller, once the group has committed */
  function attempt({ write, reject }: Entry): () => void {
    connection.exec('savepoint one')
    try {
      const resolve = write()
      connection.exec('release one')
      return resolve
    } catch (error) {
      // Then the whole group is gone, and not this write alone.
      if (!connection.inTransaction) throw error
      connection.exec('rollback to one')
      connection.exec('release one')
      return () => reject(error)
    }
  }

  return {
    run: <Result>(write: () => Result) =>
      new Promise<Result>((resolve, reject) => {
        const entry: Entry = {
          write() {
            const result = write()
            return () => resolve(result)
          },
          reject,
        }
        if (waiting.push(entry) === 1) setImmediate(flush)
      }),
    flush,
  }
}

interface Entry {
  /** Gives what resolves its promise. */
  write(): () => void
  reject(error: unknown): void
}
