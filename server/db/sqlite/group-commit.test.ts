// Writes that come together are on the disk together, each stands or falls for itself, and nobody waits for them.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { connectSqlite, type SqliteConnection } from './connection.ts'
import { createGroupCommit } from './group-commit.ts'

describe('createGroupCommit', () => {
  it('R116: tells a caller only what another connection sees too', async () => {
    const { connection, insert, other } = openNotes()
    const commits = createGroupCommit(connection)
    const writes = ['a', 'b', 'c'].map((id) =>
      commits.run(() => insert(id)).then(() => listNotes(other)),
    )
    expect(listNotes(other)).toEqual([])
    expect(await Promise.all(writes)).toEqual(Array(3).fill(['a', 'b', 'c']))
  })

  it('undoes a write that fails, all of it, and none of the others', async () => {
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
      // Looked at when it commits, and not before.
      commits.run(() => insert('b', 'nobody')),
    ])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    await commits.run(() => insert('c'))
    expect(listNotes(other)).toEqual(['c'])
  })

  it('rejects what comes when the connection is closed, and the process lives', async () => {
    const { connection, insert } = openNotes()
    const commits = createGroupCommit(connection)
    connection.close()
    await expect(commits.run(() => insert('a'))).rejects.toThrow(/not open/)
  })

  it('has committed all that waited when it is settled', async () => {
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

  it('says that it is locked to those who have waited long enough, and to nobody else', async () => {
    const { connection, insert, other } = openNotes()
    const commits = createGroupCommit(connection, { patienceMs: 200 })
    other.exec('begin immediate')
    const early = commits
      .run(() => insert('a'))
      .catch((error: unknown) => {
        // Before the lock is asked for again, however late a busy machine does that.
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
    // Were it this thread that waits, it would wait for itself.
    other.exec('commit')
    await begun
    expect(connection.inTransaction).toBe(true)
  })

  it('refuses a connection that is closed, and the process lives', async () => {
    const { connection } = openNotes()
    connection.close()
    await expect(connection.execOffThread('commit')).rejects.toThrow(/not open/)
  })
})

/** A table of its own, and a second connection that looks at it. */
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
