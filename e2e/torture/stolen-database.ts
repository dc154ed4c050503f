// A thief has a copy of the database and nothing else: what he can make of it opens nothing.

import { execFile } from 'node:child_process'
import {
  createHmac,
  createPrivateKey,
  createSecretKey,
  hash,
  type KeyObject,
  sign,
} from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { hashSync } from 'bcryptjs'
import { sql } from 'kysely'
import { createMasterKeys, type MasterKeys } from '../../server/auth/master-key.ts'
import { createRefreshTokens } from '../../server/auth/refresh-tokens.ts'
import { openPrivateKey } from '../../server/auth/signing-key-rows.ts'
import { openDatabase } from '../../server/db/open.ts'
import { runKeycard, startServer } from '../keycard-process.ts'
import { ask, postForm } from './nodes.ts'
import { printTable } from './table.ts'

/** In clear: what everybody's list of bad passwords begins with, in John's too. */
const weakPasswords = [
  ...['password', '123456789', 'qwerty', 'abc123', 'computer', 'tigger', 'money', 'secret'],
  ...['summer', 'internet', 'service', 'canada', 'hello', 'ranger', 'shadow', 'baseball'],
  ...['donald', 'harley', 'hockey', 'letmein', 'maggie', 'mike', 'mustang', 'snoopy', 'buster'],
  ...[
    'dragon',
    'gandalf',
    'jordan',
    'michael',
    'michelle',
    'mindy',
    'patrick',
    'pepper',
    'asdfgh',
    'purple',
  ],
  ...['andrew', 'bear', 'calvin', 'changeme', 'diamond', 'matthew', 'miller', 'tiger'],
]

/** `args`: how many users with weak passwords, 40 by default: the work grows with their square. */
export async function tortureStolenDatabase(args: readonly string[]): Promise<boolean> {
  const count = Math.min(Number(args[0] ?? 40), weakPasswords.length)
  const passwords = weakPasswords.slice(0, count)
  const dataDir = await mkdtemp(join(tmpdir(), 'keycard-stolen-'))
  const users = passwords.map((password, index) => ({ username: `user${index}`, password }))
  const env = { DATA_DIR: dataDir, LOG_LEVEL: 'error', SIGN_IN_FAILURES_PER_ADDRESS: '1000000' }
  const secret = await plant(dataDir, users, env)
  const server = await startServer(env)
  try {
    await signEverybodyIn(server.url, users, secret)
    // While it runs, as a backup would be made: the sessions in it are alive.
    const copy = join(dataDir, 'copy')
    mkdirSync(copy)
    for (const end of ['', '-wal'])
      cpSync(join(dataDir, `keycard.db${end}`), join(copy, `keycard.db${end}`))
    const loot = await readLoot(copy)

    const attempts = makeTokens(loot, server.url)
    const opened = await tryTokens(server.url, loot, attempts)
    const key = Buffer.from(readFileSync(join(dataDir, 'master.key'), 'utf8'), 'base64')
    const keys = createMasterKeys([key])
    const openedWithKey = await tryTokens(
      server.url,
      loot,
      makeTokensWithKey(loot, server.url, keys),
    )

    const rows = loot.users.filter(({ username }) => username.startsWith('user'))
    const cracked = await crack(dataDir, rows, [...passwords, ...guessKeys(passwords, loot)])
    const [{ key: pepper }] = keys.derive('password-pepper')
    const crackedWithKey = await crack(
      dataDir,
      rows,
      passwords.map((text) => preHash(text, pepper)),
    )
    const plain = users.map(({ username, password }) => ({
      username,
      password_hash: hashSync(password, 4),
    }))
    const crackedPlain = await crack(dataDir, plain, passwords)

    const share = (n: number) => `${n} of ${count}`
    printTable(
      `A copy of the database with ${loot.sessions.length} sessions and ${count} weak passwords`,
      [
        ['tokens, secrets, cookies and passwords tried', attempts.length.toLocaleString('en'), ''],
        ['of these opened something', String(opened.length), '0'],
        ['john, at the stored hashes', share(cracked), '0'],
        ['control: the same, made with the master key', `${openedWithKey.length} opened`, '> 0'],
        ['control: john, with the master key', share(crackedWithKey), `${count}`],
        ['control: john, at plain bcrypt (cost 4, for speed)', share(crackedPlain), '> 90 %'],
      ],
    )
    for (const line of opened) console.log(line)
    return (
      opened.length + cracked === 0 &&
      openedWithKey.length > 0 &&
      crackedWithKey === count &&
      crackedPlain > 0.9 * count
    )
  } finally {
    server.process.kill('SIGKILL')
    await rm(dataDir, { recursive: true, force: true })
  }
}

interface WeakUser {
  username: string
  password: string
}

/** No door takes such passwords, so they come as they do from other software. @returns a client's secret */
async function plant(dataDir: string, users: readonly WeakUser[], env: Record<string, string>) {
  const file = join(dataDir, 'users.jsonl')
  const lines = users.map(({ username, password }) =>
    JSON.stringify({ username, password_hash: hashSync(password, 4) }),
  )
  writeFileSync(file, lines.join('\n'))
  const imported = await runKeycard('cli', ['import-users', file], { env })
  if (imported.code !== 0) throw new Error(imported.stderr)
  const words = 'clients add service --name Service --grants client_credentials --scopes users:read'
  const added = await runKeycard('cli', [...words.split(' '), '--confidential'], { env })
  if (added.code !== 0) throw new Error(added.stderr)
  return added.stdout.trim().split('\n').at(-1) ?? ''
}

/** Everybody signs in, which keys his hash; some refresh, in browsers and elsewhere. */
async function signEverybodyIn(
  url: string,
  users: readonly WeakUser[],
  secret: string,
): Promise<void> {
  for (const { username, password } of users) {
    const { status, body } = await postForm(`${url}/token`, { username, password })
    if (status !== 200) throw new Error(`${username} is not let in: ${body}`)
    const { refresh_token } = JSON.parse(body)
    await postForm(`${url}/token`, { grant_type: 'refresh_token', refresh_token })
  }
  await fetch(`${url}/trpc/auth.login`, {
    method: 'POST',
    headers: { origin: url, 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'johndoe', password: 'secret', keep: true }),
  })
  const machine = { grant_type: 'client_credentials', client_id: 'service', client_secret: secret }
  const { status } = await postForm(`${url}/token`, machine)
  if (status !== 200) throw new Error('the client is not let in')
}

interface Loot {
  users: { username: string; id: string; epoch: number; password_hash: string }[]
  sessions: {
    id: string
    user_id: string
    counter: number
    door: string
    client_id: string
    scope: string
  }[]
  signingKeys: { kid: string; alg: string; public_jwk: string; private_encrypted: string }[]
  /** Every text and blob in any column of any table, and every part of it that a dot ends. */
  values: string[]
}

async function readLoot(dataDir: string): Promise<Loot> {
  const database = await openDatabase({ dataDir })
  const { kysely } = database
  try {
    const values = new Set<string>()
    for (const { name } of await kysely.introspection.getTables({
      withInternalKyselyTables: true,
    })) {
      const { rows } = await sql<Record<string, unknown>>`select * from ${sql.table(name)}`.execute(
        kysely,
      )
      for (const value of rows.flatMap((row) => Object.values(row))) {
        const text = value instanceof ArrayBuffer ? Buffer.from(value).toString('base64url') : value
        if (typeof text !== 'string' || text.length < 8) continue
        for (const part of [text, ...text.split('.')]) values.add(part)
      }
    }
    return {
      users: await kysely.selectFrom('users').selectAll().execute(),
      sessions: await kysely.selectFrom('sessions').selectAll().execute(),
      signingKeys: await kysely.selectFrom('signing_keys').selectAll().execute(),
      values: [...values],
    }
  } finally {
    await database.close()
  }
}

type Attempt =
  | { kind: 'refresh token' | 'access token' | 'cookie'; text: string }
  | { kind: 'client secret' | 'password'; name: string; text: string }

/** All that can be thought of: what is stored, and what can be computed from it. */
function makeTokens(loot: Loot, url: string): Attempt[] {
  const guesses = guessSecrets(loot)
  const macs = (text: string) =>
    guesses.map((key) => createHmac('sha256', key).update(text).digest('base64url'))
  const refreshTokens = loot.sessions.flatMap(({ id, counter }) =>
    [`${id}.${counter}`, `${id}.${counter + 1}`].flatMap((text) =>
      [...macs(text), hash('sha256', text, 'base64url'), ''].map((mac) => `${text}.${mac}`),
    ),
  )
  const accessTokens = loot.sessions
    .slice(0, 3)
    .flatMap((session) =>
      loot.signingKeys.flatMap((key) => [
        forge({ session, key, loot, url, alg: 'none' }),
        ...guesses.map((text) =>
          forge({ session, key, loot, url, alg: 'HS256', secret: createSecretKey(text) }),
        ),
        ...guessSeeds(key.private_encrypted).map((secret) =>
          forge({ session, key, loot, url, alg: 'EdDSA', secret }),
        ),
      ]),
    )
  const all = [...loot.values, ...refreshTokens]
  return [
    ...all.map((text) => ({ kind: 'refresh token', text }) as const),
    ...all.map((text) => ({ kind: 'cookie', text }) as const),
    ...[...loot.values, ...accessTokens].map((text) => ({ kind: 'access token', text }) as const),
    ...loot.values.map((text) => ({ kind: 'client secret', name: 'service', text }) as const),
    // Once each: the throttle would hide what more of them do.
    ...loot.users.map(
      ({ username, password_hash: text }) => ({ kind: 'password', name: username, text }) as const,
    ),
  ]
}

/** The control: with the one secret that is not in the database each of them opens something. */
function makeTokensWithKey(loot: Loot, url: string, masterKeys: MasterKeys): Attempt[] {
  const refreshTokens = createRefreshTokens(masterKeys)
  const [session] = loot.sessions.filter(({ door }) => door === 'token')
  const [browser] = loot.sessions.filter(({ door }) => door === 'browser')
  const [key] = loot.signingKeys.filter(({ alg }) => alg === 'EdDSA')
  if (!session || !browser || !key) throw new Error('there is nothing to steal')
  const secret = createPrivateKey({ key: { ...openPrivateKey(key, masterKeys) }, format: 'jwk' })
  const tokenOf = ({ id, counter }: Loot['sessions'][number]) =>
    refreshTokens.make({ sessionId: id, counter })
  return [
    { kind: 'access token', text: forge({ session, key, loot, url, alg: 'EdDSA', secret }) },
    { kind: 'refresh token', text: tokenOf(session) },
    { kind: 'cookie', text: tokenOf(browser) },
  ]
}

/** What a careless server might have keyed with. */
function guessSecrets({ values, signingKeys }: Loot): Buffer[] {
  const texts = [
    '',
    'secret',
    'keycard',
    ...signingKeys.map(({ kid }) => kid),
    ...values.slice(0, 50),
  ]
  return [
    Buffer.alloc(32),
    ...texts.map((text) => Buffer.from(text)),
    ...signingKeys.flatMap(({ public_jwk, private_encrypted }) => [
      Buffer.from(public_jwk),
      Buffer.from(JSON.parse(public_jwk).x ?? '', 'base64url'),
      Buffer.from(private_encrypted),
    ]),
  ]
}

/** As if the encrypted key were the key: each 32 bytes of it. */
function guessSeeds(encrypted: string): KeyObject[] {
  const prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
  const bytes = Buffer.concat(encrypted.split('.').map((part) => Buffer.from(part, 'base64url')))
  const starts = Array.from(
    { length: Math.max(0, Math.floor((bytes.length - 32) / 8)) },
    (_, n) => n * 8,
  )
  return starts.map((start) =>
    createPrivateKey({
      key: Buffer.concat([prefix, bytes.subarray(start, start + 32)]),
      format: 'der',
      type: 'pkcs8',
    }),
  )
}

interface Forgery {
  session: Loot['sessions'][number]
  key: Loot['signingKeys'][number]
  loot: Loot
  url: string
  alg: 'none' | 'HS256' | 'EdDSA'
  secret?: KeyObject
}

/** Right in every claim: they all stand in the database. */
function forge({ session, key, loot, url, alg, secret }: Forgery): string {
  const nowSeconds = Math.floor(Date.now() / 1_000)
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const signed = [
    encode({ alg, kid: key.kid, typ: 'at+jwt' }),
    encode({
      client_id: session.client_id,
      scope: session.scope,
      sid: session.id,
      epoch: loot.users.find(({ id }) => id === session.user_id)?.epoch ?? 0,
      iss: url,
      aud: url,
      sub: session.user_id,
      iat: nowSeconds,
      exp: nowSeconds + 900,
      jti: 'AAAAAAAAAAAAAAAAAAAAAA',
    }),
  ].join('.')
  if (!secret) return `${signed}.`
  const signature =
    alg === 'EdDSA'
      ? sign(null, Buffer.from(signed), secret)
      : createHmac('sha256', secret).update(signed).digest()
  return `${signed}.${signature.toString('base64url')}`
}

/** @returns a line for each that was let in */
async function tryTokens(
  url: string,
  { users }: Loot,
  attempts: readonly Attempt[],
): Promise<string[]> {
  const names = new Set(users.map(({ username }) => username))
  const opened: string[] = []
  for (const attempt of attempts) {
    const status = await tryOne(url, attempt, names)
    if (status === 200) opened.push(`${attempt.kind}: ${attempt.text.slice(0, 80)}`)
  }
  return opened
}

async function tryOne(url: string, attempt: Attempt, names: ReadonlySet<string>): Promise<number> {
  const { kind, text } = attempt
  switch (kind) {
    case 'refresh token': {
      const fields = { grant_type: 'refresh_token', refresh_token: text }
      return (await postForm(`${url}/token`, fields)).status
    }
    case 'access token': {
      const headers = { authorization: `Bearer ${text.replace(/[^\x21-\x7e]/g, '')}` }
      return (await ask(`${url}/api/protected`, { headers })).status
    }
    case 'cookie': {
      const headers = {
        origin: url,
        'content-type': 'application/json',
        cookie: `__Host-keycard=${encodeURIComponent(text)}`,
      }
      return (await ask(`${url}/trpc/auth.refresh`, { method: 'POST', headers, body: '{}' })).status
    }
    case 'client secret': {
      const fields = { grant_type: 'client_credentials', client_secret: text }
      return (await postForm(`${url}/token`, { ...fields, client_id: attempt.name })).status
    }
    case 'password': {
      if (!names.has(attempt.name)) return 0
      return (await postForm(`${url}/token`, { username: attempt.name, password: text })).status
    }
  }
}

/** As the server makes it of a password, with a key. */
function preHash(password: string, key: Uint8Array): string {
  return createHmac('sha384', key).update(password).digest('base64')
}

/** The thief has read the source: he tries keys that somebody might have forgotten to choose. */
function guessKeys(passwords: readonly string[], { users }: Loot): string[] {
  const [first] = users
  const keys = ['', first?.id ?? '', 'keycard', 'secret'].map((text) => Buffer.from(text))
  // One of them for each password: john tries every word at every hash.
  return passwords.map((password, index) =>
    preHash(password, keys[index % keys.length] ?? Buffer.alloc(32)),
  )
}

interface HashedUser {
  username: string
  password_hash: string
}

const run = promisify(execFile)

/** How many of them john finds, if he is given the list that each password stands in. */
async function crack(
  dataDir: string,
  users: readonly HashedUser[],
  wordList: readonly string[],
): Promise<number> {
  const home = await mkdtemp(join(dataDir, 'john-'))
  const [hashes, words] = [join(home, 'hashes'), join(home, 'words')]
  // john knows $2b$ as $2a$.
  const lines = users.map(
    ({ username, password_hash: text }) => `${username}:${text.replace(/^\$2[aby]\$/, '$2a$')}`,
  )
  writeFileSync(hashes, `${lines.join('\n')}\n`)
  writeFileSync(words, `${wordList.join('\n')}\n`)
  const env = { PATH: `${process.env.PATH}:/usr/sbin`, HOME: home }
  mkdirSync(join(home, '.john'))
  await run('john', ['--format=bcrypt', `--wordlist=${words}`, hashes], { env, cwd: home })
  const { stdout } = await run('john', ['--show', '--format=bcrypt', hashes], { env, cwd: home })
  const [, found = '-1'] = /^(\d+) password hash(?:es)? cracked/m.exec(stdout) ?? []
  if (found === '-1') throw new Error(`john says: ${stdout}`)
  return Number(found)
}
