// A thief has a copy of the database and nothing else: nothing derived from it grants access.

import { execFile } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { hashSync } from 'bcryptjs'
import { createMasterKeys } from '../../server/auth/secrets/master-key.ts'
import { runKeycard, startServer } from '../support/keycard-process.ts'
import { postForm } from './ask.ts'
import { type Loot, makeTokens, makeTokensWithKey, steal, tryTokens } from './loot.ts'
import { printTable } from './table.ts'

/** In clear: the start of every list of bad passwords, John's included. */
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
    const loot = await steal(dataDir)

    const place = { url: server.url, issuer: server.url }
    const attempts = makeTokens(loot, server.url)
    const opened = await tryTokens(place, loot, attempts)
    const key = Buffer.from(readFileSync(join(dataDir, 'master.key'), 'utf8'), 'base64')
    const keys = createMasterKeys([key])
    const openedWithKey = await tryTokens(place, loot, makeTokensWithKey(loot, server.url, keys))

    const stored = loot.users.filter(({ username }) => username.startsWith('user'))
    const rows = stored.filter(({ password_hash: text }) => text.startsWith('$2'))
    const sealed = stored.filter(({ password_hash: text }) => text.startsWith('sealed.'))
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

    const share = (n: number, of: number = count) => `${n} of ${of}`
    printTable(
      `A copy of the database with ${loot.sessions.length} sessions and ${count} weak passwords`,
      [
        ['tokens, secrets, cookies and passwords tried', attempts.length.toLocaleString('en'), ''],
        ['of these opened something', String(opened.length), '0'],
        ['john, at the stored hashes', share(cracked, rows.length), '0'],
        ['imported, not signed in yet: sealed, nothing for john', share(sealed.length), 'the rest'],
        ['control: the same, made with the master key', `${openedWithKey.length} opened`, '> 0'],
        ['control: john, with the master key', share(crackedWithKey, rows.length), 'all'],
        ['control: john, at plain bcrypt (cost 4, for speed)', share(crackedPlain), '> 90 %'],
      ],
    )
    for (const line of opened) console.log(line)
    return (
      opened.length + cracked === 0 &&
      openedWithKey.length > 0 &&
      rows.length + sealed.length === count &&
      crackedWithKey === rows.length &&
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

/**
 * No endpoint accepts such passwords, so they are imported as from other software. @returns a
 * client's secret
 */
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

/** All but every fourth sign in, which keys their hashes; they refresh, in browsers and elsewhere. */
async function signEverybodyIn(
  url: string,
  users: readonly WeakUser[],
  secret: string,
): Promise<void> {
  for (const [index, { username, password }] of users.entries()) {
    if (index % 4 === 3) continue
    const { status, body } = await postForm(`${url}/token`, { username, password })
    if (status !== 200) throw new Error(`${username} is not let in: ${body}`)
    const { refresh_token } = JSON.parse(body)
    await postForm(`${url}/token`, { grant_type: 'refresh_token', refresh_token })
  }
  await fetch(`${url}/trpc/auth.login`, {
    method: 'POST',
    headers: { origin: url, 'content-type': 'application/json' },
    body: JSON.stringify({ username: 'johndoe', password: 'secret', remember_me: true }),
  })
  const machine = { grant_type: 'client_credentials', client_id: 'service', client_secret: secret }
  const { status } = await postForm(`${url}/token`, machine)
  if (status !== 200) throw new Error('the client is not let in')
}

/** As the server makes it of a password, with a key. */
function preHash(password: string, key: Uint8Array): string {
  return createHmac('sha384', key).update(password).digest('base64')
}

/** The thief has read the source, and tries keys that an operator might have forgotten to set. */
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

/** How many of them john finds with a list that contains each password. */
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
