// The settings: one validated reader of the environment, and the only one.

import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import { loadEnvFile } from 'node:process'
import { StartError } from './contract/start-error.ts'

export const signingAlgorithms = ['EdDSA', 'ES256', 'RS256', 'HS256'] as const
export type SigningAlgorithm = (typeof signingAlgorithms)[number]

const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

export interface Config {
  production: boolean
  host: string
  port: number
  /** The issuer and audience of tokens: an origin without a trailing slash. */
  publicUrl: string
  /** Addresses and CIDR ranges whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[]
  /** null: the embedded SQLite in `dataDir`. */
  databaseUrl: string | null
  dataDir: string
  /** Newest first, ≥ 32 bytes each; empty: the key file in `dataDir`. */
  masterKeys: readonly Uint8Array[]
  signing:
    | { algorithm: Exclude<SigningAlgorithm, 'HS256'> }
    | { algorithm: 'HS256'; secretKey: Uint8Array }
  /** In seconds; 900 (15 minutes) by default. */
  accessTokenLifetimeSeconds: number
  passwordGrant: boolean
  /** Whether people make their own accounts; never where nobody signs in with a password. */
  registration: boolean
  /** In code points; 15 by default. */
  passwordMinLength: number
  /** bcrypt's logarithmic cost; 12 by default. */
  bcryptCost: number
  /** Wrong passwords from one address within ten minutes; 30 by default. */
  failuresPerAddress: number
  demoAccounts: boolean
  /** How long the audit log is kept, and sessions that are over; 90 by default. */
  auditLogDays: number
  /** Secure, `__Host-` cookies: by default where PUBLIC_URL is https, and always in production. */
  cookieSecure: boolean
  /** Opens /metrics to other machines; null: this machine alone may read them. */
  metricsToken: string | null
  logLevel: LogLevel
}

type Environment = Readonly<Record<string, string | undefined>>

/** The environment, with what `.env` adds to it; what is set already wins. */
export function loadEnvironment(): Environment {
  if (existsSync('.env')) loadEnvFile('.env')
  return process.env
}

/**
 * Reads and checks every setting; an empty value counts as absent.
 * @throws StartError with one line for each setting that is wrong
 */
export function readConfig(env: Environment): Config {
  const read = new SettingsReader(env)
  const production = env.NODE_ENV === 'production'
  const port = read.integer('PORT', 3000, 0, 65_535)
  const demoAccounts = read.flag('DEMO_ACCOUNTS', !production)
  const databaseUrl = readDatabaseUrl(read)
  const publicUrl = readPublicUrl(read, `http://localhost:${port}`)
  const passwordGrant = read.flag('PASSWORD_GRANT', true)
  const config: Config = {
    production,
    port,
    host: read.text('HOST') ?? (production ? '0.0.0.0' : 'localhost'),
    publicUrl,
    trustedProxies: readTrustedProxies(read),
    databaseUrl,
    dataDir: read.text('DATA_DIR') ?? '.data',
    masterKeys: readMasterKeys(read),
    signing: readSigning(read),
    accessTokenLifetimeSeconds: 60 * read.integer('ACCESS_TOKEN_EXPIRE_MINUTES', 15, 1, 24 * 60),
    passwordGrant,
    registration: read.flag('REGISTRATION', true) && passwordGrant,
    passwordMinLength: read.integer('PASSWORD_MIN_LENGTH', 15, 8, 64),
    bcryptCost: read.integer('BCRYPT_COST', 12, 10, 15),
    failuresPerAddress: read.integer('SIGN_IN_FAILURES_PER_ADDRESS', 30, 1, 1_000_000),
    demoAccounts,
    auditLogDays: read.integer('AUDIT_LOG_DAYS', 90, 1, 3_650),
    cookieSecure: read.flag('COOKIE_SECURE', production || publicUrl.startsWith('https:')),
    metricsToken: readMetricsToken(read),
    logLevel: read.choice('LOG_LEVEL', logLevels, production ? 'info' : 'warn'),
  }
  if (databaseUrl !== null && config.masterKeys.length === 0) {
    read.refuse(
      'MASTER_KEY is missing: with PostgreSQL it is required. Make one with: ',
      keyCommand,
    )
  }
  if (production) checkProduction(read, config)
  else if (demoAccounts && !isLoopback(config.host)) {
    read.refuse(
      `HOST is "${config.host}", but with demo accounts Keycard listens on this machine only. `,
      'Leave HOST out, or set DEMO_ACCOUNTS=off.',
    )
  }
  read.throwIfWrong()
  return config
}

const keyCommand = 'openssl rand -base64 32'

function checkProduction(read: SettingsReader, config: Config): void {
  const issuer = URL.canParse(config.publicUrl) ? new URL(config.publicUrl) : undefined
  if (read.text('PUBLIC_URL') === undefined) {
    read.refuse(
      'PUBLIC_URL is missing: production needs the address users see, as https://login.example.com.',
    )
  } else if (issuer?.protocol === 'http:' && !isLoopback(issuer.hostname)) {
    read.refuse(`PUBLIC_URL is "${config.publicUrl}", but production needs https.`)
  } else if (issuer?.protocol === 'https:' && config.trustedProxies.length === 0) {
    // Keycard speaks plain HTTP, so TLS ends at a proxy, and that proxy has to be named (R29).
    read.refuse(
      'TRUSTED_PROXIES is missing: with an https PUBLIC_URL, name the proxy that ends TLS, ',
      'as 127.0.0.1 or 10.0.0.0/8.',
    )
  }
  if (config.demoAccounts) {
    read.refuse('DEMO_ACCOUNTS is "on", but production has no demo accounts. Leave it out.')
  }
  if (!config.cookieSecure) {
    read.refuse('COOKIE_SECURE is "off", but production needs Secure cookies. Leave it out.')
  }
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d+){3}$/.test(host)
}

function readPublicUrl(read: SettingsReader, fallback: string): string {
  const text = read.text('PUBLIC_URL')
  if (text === undefined) return fallback
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isOrigin =
    url !== undefined &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    (text === url.origin || text === `${url.origin}/`)
  if (!isOrigin) read.wrong('PUBLIC_URL', 'an origin without a path, as https://login.example.com')
  return url?.origin ?? fallback
}

function readMetricsToken(read: SettingsReader): string | null {
  const token = read.text('METRICS_TOKEN')
  if (token === undefined) return null
  if (token.length < 16) {
    read.refuse(
      `METRICS_TOKEN has ${token.length} characters, but must have 16 or more. Make one with: `,
      keyCommand,
    )
  }
  return token
}

function readDatabaseUrl(read: SettingsReader): string | null {
  const text = read.text('DATABASE_URL')
  if (text === undefined) return null
  // What it says is read where the database is opened: it may name files, and several hosts.
  if (/^postgres(ql)?:\/\//i.test(text)) return text
  const url = URL.canParse(text) ? new URL(text) : undefined
  read.refuse(
    `DATABASE_URL is ${describeDatabaseUrl(url, text)}, but must be postgres://user:password@host:5432/database; `,
    'leave it out for the embedded SQLite.',
  )
  return null
}

/** Host and path at most: where a URL was mistyped, or a password has a / in it, it may stand anywhere. */
function describeDatabaseUrl(url: URL | undefined, text: string): string {
  if (!url?.host || url.pathname.includes('@')) return `a text of ${text.length} characters`
  const password = url.username === '' && url.password === '' ? '' : '***@'
  return `"${url.protocol}//${password}${url.host}${url.pathname}"`
}

function readTrustedProxies(read: SettingsReader): string[] {
  const proxies = read.list('TRUSTED_PROXIES')
  if (!proxies.every(isAddressRange)) {
    read.wrong('TRUSTED_PROXIES', 'addresses or ranges, as 127.0.0.1 or 10.0.0.0/8')
  }
  return proxies
}

function isAddressRange(text: string): boolean {
  const [, address = '', digits = '1'] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const mostBits = { 4: 32, 6: 128 }[isIP(address)] ?? 0
  return Number(digits) >= 1 && Number(digits) <= mostBits
}

/** Each key is base64 or base64url of at least 32 bytes. */
function readMasterKeys(read: SettingsReader): Uint8Array[] {
  return read.list('MASTER_KEY').flatMap((text) => {
    const key = /^[\w+/-]+={0,2}$/.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0)
    if (key.length >= 32 && new Set(key).size >= 8) return [key]
    read.wrongSecret(
      'MASTER_KEY',
      text,
      `random bytes in base64, 32 at least. Make one with: ${keyCommand}`,
    )
    return []
  })
}

/** Secrets that stand in tutorials, FastAPI's among them: anybody can sign with these (R41). */
const sampleSecrets = new Set([
  '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
  'your-256-bit-secret',
  'a-string-secret-at-least-256-bits-long',
])

function readSigning(read: SettingsReader): Config['signing'] {
  const algorithm = read.choice('JWT_ALGORITHM', signingAlgorithms, 'EdDSA')
  if (algorithm !== 'HS256') return { algorithm }
  const text = read.text('SECRET_KEY') ?? ''
  const secretKey = new TextEncoder().encode(text)
  const isSample = sampleSecrets.has(text) || /change|example|secret|password/i.test(text)
  if (secretKey.length < 32 || new Set(secretKey).size < 8 || isSample) {
    read.wrongSecret(
      'SECRET_KEY',
      text,
      `at least 32 random bytes, and no sample, with JWT_ALGORITHM=HS256. Make one with: ${keyCommand}`,
    )
  }
  return { algorithm, secretKey }
}

/** Reads one setting after the other and gathers what is wrong, so that all of it is said at once. */
class SettingsReader {
  readonly #env: Environment
  readonly #problems: string[] = []

  constructor(env: Environment) {
    this.#env = env
  }

  text(name: string): string | undefined {
    return this.#env[name]?.trim() || undefined
  }

  list(name: string): string[] {
    return (this.text(name) ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
  }

  integer(name: string, fallback: number, least: number, most: number): number {
    const text = this.text(name)
    if (text === undefined) return fallback
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
    if (number >= least && number <= most) return number
    this.wrong(name, `a whole number from ${least} to ${most}`)
    return fallback
  }

  flag(name: string, fallback: boolean): boolean {
    return this.choice(name, ['on', 'off'], fallback ? 'on' : 'off') === 'on'
  }

  choice<Word extends string>(name: string, words: readonly Word[], fallback: Word): Word {
    const text = this.text(name)
    if (text === undefined) return fallback
    const word = words.find((candidate) => candidate.toLowerCase() === text.toLowerCase())
    if (word === undefined) this.wrong(name, `one of ${words.join(', ')}`)
    return word ?? fallback
  }

  wrong(name: string, right: string): void {
    this.refuse(`${name} is "${this.text(name)}", but must be ${right}.`)
  }

  /** A secret is never shown: its length is enough to find the mistake. */
  wrongSecret(name: string, text: string, right: string): void {
    const was = text === '' ? 'is missing' : `has ${text.length} characters`
    this.refuse(`${name} ${was}, but must be ${right}`)
  }

  refuse(...sentence: string[]): void {
    this.#problems.push(sentence.join(''))
  }

  throwIfWrong(): void {
    if (this.#problems.length > 0) throw new StartError(this.#problems.join('\n'))
  }
}
