// Another process writes to the SQLite file while the server runs: reads do not wait for it.

import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import Libsql from 'libsql'
import { expect, test } from 'vitest'
import { sqliteFileName } from '../db/sqlite/sqlite.ts'
import { openTestApp } from '../testing/test-app.ts'

test('R51: while another process holds the file lock, writes wait for it and reads do not', async () => {
  const { app, services, tokenFor, close } = await openTestApp({ withNotes: true })
  const other = new Libsql(join(services.config.dataDir, sqliteFileName))
  try {
    const headers = { authorization: `Bearer ${await tokenFor('johndoe')}` }
    other.exec('begin immediate')
    const ask = async (url: string) => (await app.inject({ url, headers })).statusCode
    let isWritten = false
    const writing = app.inject({
      method: 'POST',
      url: '/api/notes',
      headers,
      payload: { title: 'Lamp' },
    })
    void writing.finally(() => {
      isWritten = true
    })
    // Longer than the write needs to reach the lock. If the main thread waited there, it would give up.
    for (const url of Array(10).fill(['/api/notes', '/healthz', '/readyz']).flat()) {
      expect(await ask(url)).toBe(200)
      await nextTurn()
    }
    expect(isWritten).toBe(false)
    other.exec('rollback')
    expect((await writing).statusCode).toBe(201)
  } finally {
    other.close()
    await close()
  }
})
