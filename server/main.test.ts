// Starting and ending, as the person at the terminal sees it.

import { once } from 'node:events'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { runKeycard, startServer } from '../e2e/support/keycard-process.ts'
import { productName } from './contract/brand.ts'
import { createTestPlace } from './testing/databases.ts'

const hasIPv6 = Object.values(networkInterfaces())
  .flat()
  .some((address) => address?.family === 'IPv6')

async function makeDataDir(): Promise<string> {
  const place = await createTestPlace('sqlite')
  onTestFinished(() => place.remove())
  return place.dataDir
}

describe('a start that is refused', () => {
  async function refuse(env: Record<string, string>): Promise<string> {
    const { code, stderr, stdout } = await runKeycard('main', [], { env })
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    const [headline, ...sentences] = stderr.trim().split('\n')
    expect(headline).toBe('The server cannot start.')
    return sentences.join('\n')
  }

  it('says which port is in use and how to choose another', async () => {
    const other = createServer().listen(0, 'localhost')
    await once(other, 'listening')
    onTestFinished(() => void other.close())
    const { port } = other.address() as { port: number }
    const sentence = await refuse({ DATA_DIR: await makeDataDir(), PORT: String(port) })
    expect(sentence).toMatch(/^Port \d+ is in use, .*PORT=\d+ npm start\.$/)
  })

  it('says that the database file is damaged and leaves it as it was', async () => {
    const dataDir = await makeDataDir()
    const file = join(dataDir, 'keycard.db')
    writeFileSync(file, 'this is no database, '.repeat(400))
    const { size } = statSync(file)
    expect(await refuse({ DATA_DIR: dataDir })).toContain(`${file} is damaged`)
    expect(statSync(file).size).toBe(size)
  })

  it('says that the data folder cannot be used', async () => {
    const dataDir = join(await makeDataDir(), 'taken')
    writeFileSync(dataDir, 'a file stands where the folder should be')
    expect(await refuse({ DATA_DIR: dataDir })).toContain(dataDir)
  })

  it('says that others can read the master key', async () => {
    const dataDir = await makeDataDir()
    mkdirSync(dataDir, { recursive: true })
    const key = Buffer.alloc(32, 'abcdefghijk').toString('base64')
    writeFileSync(join(dataDir, 'master.key'), key, { mode: 0o644 })
    expect(await refuse({ DATA_DIR: dataDir })).toContain('chmod 600')
  })

  it('says that PostgreSQL is down, without its password', async () => {
    const sentence = await refuse({
      DATA_DIR: await makeDataDir(),
      DATABASE_URL: 'postgres://keycard:hunter22@localhost:9/keycard',
      MASTER_KEY: Buffer.from('0123456789abcdefghijklmnopqrstuv').toString('base64'),
    })
    expect(sentence).toContain('localhost:9')
    expect(sentence).not.toContain('hunter22')
  })

  it('says every wrong setting at once', async () => {
    const sentences = await refuse({ PORT: 'http', BCRYPT_COST: '4', HOST: '0.0.0.0' })
    expect(sentences.split('\n')).toHaveLength(3)
  })
})

describe('a running server', () => {
  it('answers requests in progress at SIGTERM, closes, and starts again where it was', async () => {
    const env = { DATA_DIR: await makeDataDir() }
    const first = await startServer(env)
    const signIn = () =>
      fetch(`${first.url}/token`, {
        method: 'POST',
        body: new URLSearchParams({ username: 'johndoe', password: 'secret' }),
      })
    const { access_token } = (await (await signIn()).json()) as { access_token: string }
    // A browser opens connections in advance, and keeps those that it has used.
    const silent = connect(Number(new URL(first.url).port), 'localhost').on('error', () => {})
    await once(silent, 'connect')
    const underWay = signIn()
    await setTimeout(20)
    // npm passes on the signal that the terminal has sent already: two do not mean impatience.
    first.process.kill('SIGTERM')
    first.process.kill('SIGINT')
    expect((await underWay).status).toBe(200)
    const [code] = (await once(first.process, 'close')) as [number]
    expect(code).toBe(0)

    // The same address, because that is the issuer of the token.
    const second = await startServer({ ...env, PORT: new URL(first.url).port })
    onTestFinished(() => void second.process.kill())
    const answer = await fetch(`${second.url}/api/users/me`, {
      headers: { authorization: `Bearer ${access_token}` },
    })
    expect(await answer.json()).toMatchObject({ username: 'johndoe' })
  })

  it.each(['SIGINT', 'SIGHUP'] as const)('ends in order at %s too', async (signal) => {
    const server = await startServer({ DATA_DIR: await makeDataDir() })
    server.process.kill(signal)
    expect(await once(server.process, 'close')).toEqual([0, null])
  })

  it('listens at :: for IPv4 too, and a second signal, well after the first, does not wait', async () => {
    const env = { DATA_DIR: await makeDataDir(), HOST: '::', DEMO_ACCOUNTS: 'off' }
    const server = await startServer(env)
    const { port } = new URL(server.url)
    const hosts = hasIPv6 ? ['127.0.0.1', '[::1]'] : ['127.0.0.1']
    for (const host of hosts) {
      expect((await fetch(`http://${host}:${port}/healthz`)).status).toBe(200)
    }
    const unfinished = connect(Number(port), '127.0.0.1').on('error', () => {})
    // In one piece: once the first is answered, the beginning of the second has been read too.
    const [whole, begun] = [
      'GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n',
      'POST /token HTTP/1.1',
    ]
    unfinished.write(`${whole}${begun}`)
    await once(unfinished, 'data')
    const ended = once(server.process, 'close')
    server.process.kill('SIGTERM')
    await setTimeout(1_100)
    expect(server.process.exitCode).toBe(null)
    server.process.kill('SIGTERM')
    expect(await ended).toEqual([1, null])
  })

  it('says where it listens and how to sign in, and no log lines between', async () => {
    const server = await startServer({ DATA_DIR: await makeDataDir() })
    onTestFinished(() => void server.process.kill())
    expect(server.said).toContain(`${productName} is ready at ${server.url}\n`)
    expect(server.said).toContain('johndoe / secret')
    expect(server.said).not.toContain('{"level"')
  })
})
