// What a thief can derive from a copy of the database, and which of it is accepted.

import {
  createHmac,
  createPrivateKey,
  createSecretKey,
  hash,
  type KeyObject,
  sign,
} from 'node:crypto'
import { cpSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { openPrivateKey } from '../../server/auth/keys/signing-key-rows.ts'
import type { MasterKeys } from '../../server/auth/secrets/master-key.ts'
import { createRefreshTokens } from '../../server/auth/tokens/refresh-tokens.ts'
import { openDatabase } from '../../server/db/open.ts'
import { ask, postForm } from './ask.ts'

export interface Loot {
  users: { username: string; id: string; token_version: number; password_hash: string }[]
  sessions: {
    id: string
    user_id: string
    counter: number
    transport: string
    client_id: string
    scope: string
  }[]
  signingKeys: { kid: string; alg: string; public_jwk: string; private_encrypted: string }[]
  /** Every text and blob in any column of any table, and every part of it that a dot ends. */
  values: string[]
}

/** While the server runs, as a backup would be made: the sessions in it are alive. */
export async function steal(dataDir: string): Promise<Loot> {
  const copy = await mkdtemp(join(tmpdir(), 'keycard-copy-'))
  try {
    for (const end of ['', '-wal']) {
      cpSync(join(dataDir, `keycard.db${end}`), join(copy, `keycard.db${end}`))
    }
    return await readLoot(copy)
  } finally {
    await rm(copy, { recursive: true })
  }
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

export type Attempt =
  | { kind: 'refresh token' | 'access token' | 'cookie'; text: string }
  | { kind: 'client secret' | 'password'; name: string; text: string }

/** Everything conceivable: what is stored, and what can be computed from it. */
export function makeTokens(loot: Loot, url: string): Attempt[] {
  const guesses = guessSecrets(loot)
  const macs = (text: string) =>
    guesses.map((key) => createHmac('sha256', key).update(text).digest('base64url'))
  const refreshTokens = loot.sessions.flatMap(({ user_id, id, counter }) =>
    [`${id}.${counter}`, `${user_id}.${id}.${counter}`, `${user_id}.${id}.${counter + 1}`].flatMap(
      (text) =>
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
    // Once each: throttling would hide the effect of more.
    ...loot.users.map(
      ({ username, password_hash: text }) => ({ kind: 'password', name: username, text }) as const,
    ),
  ]
}

/** Control: with the one secret that is not in the database each of them is accepted. */
export function makeTokensWithKey(loot: Loot, url: string, masterKeys: MasterKeys): Attempt[] {
  const refreshTokens = createRefreshTokens(masterKeys)
  const [session] = loot.sessions.filter(({ transport }) => transport === 'bearer')
  const [browser] = loot.sessions.filter(({ transport }) => transport === 'cookie')
  const [key] = loot.signingKeys.filter(({ alg }) => alg === 'EdDSA')
  if (!session || !browser || !key) throw new Error('there is nothing to steal')
  const secret = createPrivateKey({ key: { ...openPrivateKey(key, masterKeys) }, format: 'jwk' })
  const tokenOf = ({ user_id, id, counter }: Loot['sessions'][number]) =>
    refreshTokens.make({ userId: user_id, sessionId: id, counter })
  return [
    { kind: 'access token', text: forge({ session, key, loot, url, alg: 'EdDSA', secret }) },
    { kind: 'refresh token', text: tokenOf(session) },
    { kind: 'cookie', text: tokenOf(browser) },
  ]
}

/** Keys that a careless server might have used. */
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

/** Right in every claim: they are all in the database. */
function forge({ session, key, loot, url, alg, secret }: Forgery): string {
  const nowSeconds = Math.floor(Date.now() / 1_000)
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const signed = [
    encode({ alg, kid: key.kid, typ: 'at+jwt' }),
    encode({
      client_id: session.client_id,
      scope: session.scope,
      sid: session.id,
      token_version: loot.users.find(({ id }) => id === session.user_id)?.token_version ?? 0,
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

/** The address it listens at, and its own name for it: the same except in tests. */
export interface Place {
  url: string
  issuer: string
}

/** @returns a line for each that was accepted */
export async function tryTokens(
  place: Place,
  { users }: Loot,
  attempts: readonly Attempt[],
): Promise<string[]> {
  const names = new Set(users.map(({ username }) => username))
  const opened: string[] = []
  for (const attempt of attempts) {
    const status = await tryOne(place, attempt, names)
    if (status === 200) opened.push(`${attempt.kind}: ${attempt.text.slice(0, 80)}`)
  }
  return opened
}

async function tryOne(
  { url, issuer }: Place,
  attempt: Attempt,
  names: ReadonlySet<string>,
): Promise<number> {
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
        origin: issuer,
        'content-type': 'application/json',
        cookie: `keycard=${encodeURIComponent(text)}`,
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
