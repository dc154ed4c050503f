// Another process writes to the SQLite file under a running server: who reads does not wait for it.

import { join } from 'node:path'
import Libsql from 'libsql'
import { expect, test } from 'vitest'
import { openTestApp } from '../../e2e/test-app.ts'
import { sqliteFileName } from '../db/sqlite.ts'

test('R51: while another process has the file locked a write waits for it, and nothing else does', async () => {
  const { app, services, tokenFor, close } = await openTestApp()
  const other = new Libsql(join(services.config.dataDir, sqliteFileName))
  try {
    const headers = { authorization: `Bearer ${await tokenFor('johndoe')}` }
    other.exec('begin immediate')
    const order: string[] = []
    const ask = async (
      what: string,
      question: { method?: 'POST'; payload?: object; url: string },
    ) => {
      const { statusCode } = await app.inject({ ...question, headers })
      order.push(`${what}: ${statusCode}`)
    }
    const writing = ask('writing', {
      method: 'POST',
      url: '/api/items',
      payload: { title: 'Lamp' },
    })
    await ask('reading', { url: '/api/items' })
    await ask('health', { url: '/healthz' })
    await ask('ready', { url: '/readyz' })
    other.exec('rollback')
    await writing
    expect(order).toEqual(['reading: 200', 'health: 200', 'ready: 200', 'writing: 201'])
  } finally {
    other.close()
    await close()
  }
})
