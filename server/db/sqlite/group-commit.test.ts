// Writes that arrive together reach the disk together; each succeeds or fails alone, and nothing
// waits for them.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { connectSqlite, type SqliteConnection } from './connection.ts'
import { createGroupCommit } from './group-commit.ts'

describe('createGroupCommit', () => {
  it('R116: acknowledges only what another connection sees too', async () => {
    const { connection, insert, other } = openNotes()
    const commits = createGroupCommit(connection)
    const writes = ['a', 'b', 'c'].map((id) =>
      commits.run(() => insert(id)).then(() => listNotes(other)),
    )
    expect(listNotes(other)).toEqual([])
    expect(await Promise.all(writes)).toEqual(Array(3).fill(['a', 'b', 'c']))
  })

  it('undoes a failed write completely, and none of the others', async () => {
    const { connection, insert, other } = openNotes()
    const commits = createGroupCommit(connection)
    const outcomes = await Promise.allSettled([
      commits.run(() => insert('a')),
      commits.runAtomically(() => {
        insert('b')
        insert('a')
      }),
      commits.run(() => insert('a')),
      commits.run(() => insert('c')),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ])
    expect(listNotes(other)).toEqual(['a', 'c'])
  })

  it('R116: rejects all of a group whose commit fails, and goes on with the next', async () => {
    const { connection, insert, other } = openNotes()
    const commits = createGroupCommit(connection)
    const outcomes = await Promise.allSettled([
      commits.run(() => insert('a')),
      // Checked only when it commits.
      commits.run(() => insert('b', 'nobody')),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await commits.run(() => insert('c'))
    expect(listNotes(other)).toEqual(['c'])
  })

  it('rejects writes after the connection is closed, and the process lives', async () => {
    const { connection, insert } = openNotes()
    const commits = createGroupCommit(connection)
    connection.close()
    await expect(commits.run(() => insert('a'))).rejects.toThrow(/not open/)
  })

  it('has committed everything that waited when it is settled', async () => {
    const { connection, insert, other } = openNotes()
    const commits = createGroupCommit(connection)
    void commits.run(() => insert('a')).then(() => commits.run(() => insert('b')))
    await commits.settled()
    expect(listNotes(other)).toEqual(['a', 'b'])
  })

  it('waits for the lock of another process, while this one goes on', async () => {
    const { connection, insert, other } = openNotes()
    const commits = createGroupCommit(connection)
    other.exec('begin immediate')
    const early = commits.run(() => insert('a'))
    await sleep(5)
    const late = commits.run(() => insert('b'))
    other.exec('commit')
    await Promise.all([early, late])
    expect(listNotes(other)).toEqual(['a', 'b'])
  })

  it('reports the lock only to writes that have waited long enough', async () => {
    const { connection, insert, other } = openNotes()
    const commits = createGroupCommit(connection, { patienceMs: 200 })
    other.exec('begin immediate')
    const early = commits
      .run(() => insert('a'))
      .catch((error: unknown) => {
        // Before the lock is tried again, however late a busy machine does that.
        other.exec('commit')
        return error
      })
    await sleep(150)
    const late = commits.run(() => insert('b'))
    expect(await early).toMatchObject({ code: 'SQLITE_BUSY' })
    await late
    expect(listNotes(other)).toEqual(['b'])
  })
})

describe('execOffThread', () => {
  it('waits on a thread of its own', async () => {
    const { connection, other } = openNotes()
    other.exec('begin immediate')
    connection.exec('pragma busy_timeout = 60000')
    const begun = connection.execOffThread('begin immediate')
    // If this thread waited, it would wait for itself.
    other.exec('commit')
    await begun
    expect(connection.inTransaction).toBe(true)
  })

  it('refuses a closed connection, and the process lives', async () => {
    const { connection } = openNotes()
    connection.close()
    await expect(connection.execOffThread('commit')).rejects.toThrow(/not open/)
  })
})

/** A table of its own, and a second connection that reads it. */
function openNotes() {
  const folder = mkdtempSync(join(tmpdir(), 'keycard-data-'))
  const [connection, other] = [0, 1].map(() => connectSqlite(join(folder, 'notes.db'), 0))
  if (!connection || !other) throw new Error('not opened')
  onTestFinished(() => {
    connection.close()
    other.close()
    rmSync(folder, { recursive: true })
  })
  connection.prepare('pragma journal_mode = wal').all([])
  connection.exec('pragma foreign_keys = on')
  connection.exec(`create table notes (id text primary key,
    parent text references notes(id) deferrable initially deferred)`)
  const statement = connection.prepare('insert into notes (id, parent) values (?, ?)')
  const insert = (id: string, parent: string | null = null) => void statement.run([id, parent])
  return { connection, insert, other }
}

function listNotes(connection: SqliteConnection): string[] {
  const rows = connection.prepare('select id from notes order by id').all([]) as { id: string }[]
  return rows.map(({ id }) => id)
}
