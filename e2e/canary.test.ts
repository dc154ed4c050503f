// Canaries: recognisable passwords and tokens go through every endpoint of a real Keycard that logs
// all it can. None is found in its output, in an address, in the text of an answer or in its
// database.

import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { AnyTRPCProcedure, AnyTRPCRouter } from '@trpc/server'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { oauthPaths } from '../server/contract/oauth.ts'
import { pagePaths } from '../server/contract/pages.ts'
import { openDatabase } from '../server/db/open.ts'
import { listRestProcedures, restPrefix } from '../server/http/rest/rest-procedures.ts'
import { createTestPlace, forEachEngine } from '../server/testing/databases.ts'
import { appRouter } from '../server/trpc/router.ts'
import { runKeycard, startServer } from './support/keycard-process.ts'

const { procedures }: { procedures: Record<string, AnyTRPCProcedure> } = (
  appRouter as AnyTRPCRouter
)._def
const mutations = Object.keys(procedures).filter(
  (name) => procedures[name]?._def.type === 'mutation',
)

/** Every endpoint that takes a body. */
const endpoints = [
  ...[oauthPaths.token, oauthPaths.revoke, oauthPaths.introspect, pagePaths.signIn, '/register'],
  pagePaths.forgotPassword,
  ...mutations.map((name) => `/trpc/${name}`),
  ...listRestProcedures(appRouter)
    .filter(({ rest }) => rest.method === 'POST')
    .map(({ rest }) => `${restPrefix}${rest.path.replace('{id}', 'x')}`),
]

const formType = 'application/x-www-form-urlencoded'

forEachEngine((engine) => {
  test('R30: no password and no token is found outside the request that carried it', async () => {
    const keycard = await startKeycard(engine)
    const { secret, note, post, send } = keycard

    // Signed in over each surface, changed, and signed out again.
    const passwords = { jane: secret('password'), admin: secret('admin-password') }
    const registered = await post('/trpc/auth.register', {
      username: 'jane',
      password: passwords.jane,
    })
    expect(registered.status).toBe(200)
    const cookies = registered.cookies
    for (const cookie of cookies) note(cookie.split('=')[1] ?? '')
    const refreshed = await post('/trpc/auth.refresh', {}, { cookie: cookies.join('; ') })
    expect(refreshed.status).toBe(200)
    for (const cookie of refreshed.cookies) note(cookie.split('=')[1] ?? '')

    const janeIn = async (password: string) =>
      post('/token', { username: 'jane', password }, { 'content-type': formType })
    const tokens = (await janeIn(passwords.jane)).json()
    note(tokens.access_token, tokens.refresh_token)
    const bearer = { authorization: `Bearer ${tokens.access_token}` }
    const form = { 'content-type': formType }
    const next = await post(
      '/token',
      { grant_type: 'refresh_token', refresh_token: tokens.refresh_token },
      form,
    )
    note(next.json().access_token, next.json().refresh_token)
    const basic = Buffer.from(`${keycard.client.id}:${keycard.client.secret}`).toString('base64')
    note(basic)
    const asService = { ...form, authorization: `Basic ${basic}` }
    const machine = (await post('/token', { grant_type: 'client_credentials' }, asService)).json()
    const introspected = await post('/introspect', { token: note(machine.access_token) }, asService)
    expect(introspected.json()).toMatchObject({ active: true })

    const changed = secret('changed-password')
    const change = { current_password: passwords.jane, new_password: changed }
    expect((await post('/trpc/account.changePassword', change, bearer)).status).toBe(200)
    expect((await janeIn(passwords.jane)).status).toBe(401)
    const again = (await janeIn(changed)).json()
    note(again.access_token, again.refresh_token)
    const bearerAgain = { authorization: `Bearer ${again.access_token}` }
    const proof = { current_password: changed }
    expect((await post('/api/users/me/export', proof, bearerAgain)).status).toBeLessThan(300)

    const admin = (
      await post('/token', { username: 'admin', password: 'admin-secret' }, form)
    ).json()
    const asAdmin = { authorization: `Bearer ${note(admin.access_token)}` }
    const made = await post(
      '/api/users',
      { username: 'joe', password: passwords.admin, current_password: 'admin-secret' },
      asAdmin,
    )
    expect(made.status).toBe(201)
    const set = { id: made.json().id, password: secret('set-password') }
    const handed = { ...set, current_password: 'admin-secret' }
    expect((await post('/trpc/users.setPassword', handed, asAdmin)).status).toBe(200)
    expect((await post('/trpc/account.delete', proof, bearerAgain)).status).toBe(200)
    await post('/revoke', { token: next.json().refresh_token }, form)

    // A forgotten password: the mail lies in the mailbox of this machine, and its link is a secret.
    const forgetful = { username: 'ruth', email: 'ruth@example.com' }
    await post('/trpc/auth.register', { ...forgetful, password: secret('forgotten') })
    const asked = await post('/forgot-password', { username: 'ruth' }, form)
    expect(asked.status).toBe(303)
    await expect.poll(() => keycard.findLink()).not.toBe('')
    const link = await keycard.findLink()
    note(link.replace('/mail/', ''))
    expect((await keycard.get(link)).status).toBe(200)
    expect((await keycard.get(`${link}/`)).status).toBeLessThan(500)
    expect((await keycard.get(`/${link}`)).status).toBeLessThan(500)
    expect((await post(link, { new_password: 'short' }, form)).status).toBe(422)
    const chosen = { new_password: secret('reset-password') }
    expect((await post(link, chosen, form)).status).toBe(303)
    expect((await post(link, chosen, form)).status).toBe(404)

    // What each surface does with input it does not understand.
    for (const endpoint of endpoints) {
      const canary = secret('endpoint')
      const fields = { username: 'johndoe', password: canary, current_password: canary }
      const type = typeOf(endpoint)
      const answers = await Promise.all([
        send(endpoint, `{"password":"${canary}`, type),
        send(endpoint, JSON.stringify(fields), 'text/plain'),
        send(endpoint, `password=${canary}&password=${canary}&username=%zz${canary}`, formType),
        send(`${endpoint}?password=${canary}&access_token=${canary}`, '{}', type),
        send(endpoint, '{}', type, {
          authorization: `Bearer ${canary}`,
          cookie: `keycard=${canary}; keycard-device=${canary}`,
        }),
        send(endpoint, '{}', type, { authorization: `Basic ${btoa(`${canary}:${canary}`)}` }),
        send(endpoint, '{}', type, { authorization: `Digest ${canary}` }),
        post(
          endpoint,
          { ...fields, [canary]: [canary], scope: canary },
          { ...asAdmin, 'content-type': type },
        ),
        post(
          endpoint,
          {
            ...fields,
            token: canary,
            refresh_token: canary,
            client_secret: canary,
            client_id: 'x',
          },
          { 'content-type': type },
        ),
      ])
      for (const { status } of answers) expect([endpoint, status < 500]).toEqual([endpoint, true])
    }
    // People type the password into the field for the name.
    await post('/token', { username: secret('name'), password: 'wrong' }, form)
    await post('/trpc/auth.login', { username: secret('name'), password: 'wrong' })
    await keycard.get(
      `/trpc/auth.login?input=${encodeURIComponent(`{"password":"${secret('query')}"}`)}`,
    )
    await keycard.get(`/nowhere?access_token=${secret('query')}`)
    await keycard.sendRaw(
      `POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n${secret('raw')}`,
    )
    await keycard.sendRaw(
      `GET /${secret('raw')} HTTP/9.9\r\nAuthorization: Bearer ${secret('raw')}\r\n\r\n`,
    )

    // An internal error in the middle of each.
    await keycard.breakTables(['sessions', 'audit_events', 'items'])
    const faults = await Promise.all(
      endpoints.map(async (endpoint) => {
        const canary = secret('fault')
        const fields = { username: 'joe', password: set.password, title: canary, id: 'x' }
        const more = { current_password: canary, new_password: canary, token: tokens.refresh_token }
        const headers = { ...asAdmin, 'content-type': typeOf(endpoint) }
        return (await post(endpoint, { ...fields, ...more }, headers)).status
      }),
    )
    expect(faults.filter((status) => status === 500).length).toBeGreaterThan(3)

    const printed = await keycard.stop()
    const places = { printed, answers: keycard.heard(), database: await keycard.readDatabase() }
    for (const [place, bytes] of Object.entries(places)) {
      expect(keycard.findSecrets(bytes), place).toEqual([])
    }
    // Control: what may appear there does, and would have been found had it been a secret.
    note(keycard.innocent)
    expect(keycard.findSecrets(places.printed)).toEqual([keycard.innocent])
    expect(keycard.findSecrets(places.database)).toEqual([keycard.innocent])
    expect(places.printed.toString()).toContain('"msg":"incoming request"')
  })
})

function typeOf(endpoint: string): string {
  return /^\/(trpc|api)\//.test(endpoint) ? 'application/json' : formType
}

interface Heard {
  status: number
  cookies: string[]
  // biome-ignore lint/suspicious/noExplicitAny: whatever the endpoint answers.
  json(): any
}

/** Logs everything, and its whole output is collected. */
async function startKeycard(engine: 'sqlite' | 'postgres') {
  const place = await createTestPlace(engine)
  onTestFinished(() => place.remove())
  const env = {
    DATA_DIR: place.dataDir,
    MASTER_KEY: randomBytes(32).toString('base64'),
    LOG_LEVEL: 'trace',
    SIGN_IN_FAILURES_PER_ADDRESS: '1000000',
    ...(place.url !== undefined && { DATABASE_URL: place.url }),
  }
  const client = { id: 'service', secret: '' }
  const options = '--name Service --grants client_credentials --scopes users:read --confidential'
  const words = ['clients', 'add', client.id, ...options.split(' ')]
  const { stdout } = await runKeycard('cli', words, { env })
  client.secret = stdout.trim().split('\n').at(-1) ?? ''
  const server = await startServer(env)
  const { process: child, url } = server
  onTestFinished(() => void child.kill('SIGKILL'))

  const secrets = new Set([client.secret, env.MASTER_KEY])
  const answers: string[] = []
  /** Stands in every request, and is not secret. */
  const innocent = `innocent-${randomBytes(8).toString('hex')}`
  const note = (...texts: string[]) => {
    for (const text of texts) secrets.add(text)
    return texts[0] ?? ''
  }

  async function send(
    path: string,
    body: string | undefined,
    type: string,
    headers: Record<string, string> = {},
  ): Promise<Heard> {
    const answer = await fetch(`${url}${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      redirect: 'manual',
      headers: { origin: url, 'content-type': type, 'user-agent': innocent, ...headers },
      ...(body !== undefined && { body }),
    })
    const text = await answer.text()
    // What is given out on purpose is not a leak: a cookie, and the tokens of a success.
    if (!answer.ok) answers.push(text)
    for (const [name, value] of answer.headers) if (name !== 'set-cookie') answers.push(value)
    const cookies = answer.headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '')
    return { status: answer.status, cookies, json: () => JSON.parse(text) }
  }

  return {
    client,
    innocent,
    note,
    secret: (name: string) => note(`canary-${name}-${randomBytes(9).toString('hex')}`),
    send,
    get: (path: string) => send(path, undefined, 'text/html'),
    /** The path of the newest link in the mailbox; '' where there is none. */
    async findLink(): Promise<string> {
      const text = await (await fetch(`${url}/dev/mail`)).text()
      return /href="[^"]+(\/mail\/[\w-]{43})"/.exec(text)?.[1] ?? ''
    },
    post(path: string, fields: object, headers: Record<string, string> = {}) {
      const type = headers['content-type'] ?? 'application/json'
      const pairs = Object.entries(fields).map(([name, value]) => [name, String(value)])
      const body =
        type === formType ? new URLSearchParams(pairs).toString() : JSON.stringify(fields)
      return send(path, body, type, headers)
    },
    async sendRaw(text: string) {
      const socket = connect(Number(new URL(url).port), 'localhost')
      socket.on('data', (chunk) => answers.push(String(chunk))).on('error', () => {})
      socket.end(text)
      await once(socket, 'close')
    },
    async breakTables(names: string[]) {
      const database = await openDatabase(place)
      for (const name of names) {
        await sql`alter table ${sql.table(name)} rename to ${sql.table(`${name}_gone`)}`.execute(
          database.kysely,
        )
      }
      await database.close()
    },
    heard: () => Buffer.from(answers.join('\n')),
    async stop() {
      // Not closed in order: what is not yet in the database file itself stays beside it.
      child.kill('SIGKILL')
      await once(child, 'close')
      return Buffer.from(server.said)
    },
    /** On SQLite every byte of its files, also of deleted rows. */
    async readDatabase(): Promise<Buffer> {
      if (engine === 'sqlite') {
        const files = readdirSync(place.dataDir).filter((name) => name.startsWith('keycard.db'))
        return Buffer.concat(files.map((name) => readFileSync(join(place.dataDir, name))))
      }
      const { kysely, close } = await openDatabase(place)
      const { rows: tables } = await sql<{
        name: string
      }>`select tablename as name from pg_tables where schemaname = 'public'`.execute(kysely)
      const texts = await Promise.all(
        tables.map(async ({ name }) => {
          const { rows } =
            await sql`select ${sql.ref(name)}::text as row from ${sql.table(name)}`.execute(kysely)
          return JSON.stringify(rows)
        }),
      )
      await close()
      return Buffer.from(texts.join('\n'))
    },
    /** As they are, or as bytes are printed: base64, hex, or numbers with commas. */
    findSecrets(bytes: Buffer): string[] {
      return [...secrets].filter((secret) =>
        [
          secret,
          ...[0, 1, 2].map((shift) => encodeShifted(secret, shift)),
          Buffer.from(secret).toString('hex'),
          Buffer.from(secret).join(','),
        ].some((form) => bytes.includes(form)),
      )
    },
  }
}

/**
 * Its base64 where `shift` bytes precede it; characters that depend on the neighbours are left out.
 */
function encodeShifted(text: string, shift: number): string {
  const encoded = Buffer.from('\0'.repeat(shift) + text).toString('base64')
  return encoded.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + text.length) * 8) / 6))
}
