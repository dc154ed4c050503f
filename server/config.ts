// The settings: one validated reader of the environment, and the only one.

import { existsSync } from 'node:fs'
import { isIP } from 'node:net'
import { join } from 'node:path'
import { productName } from './contract/brand.ts'
import {
  passwordMinLengthDefault,
  passwordMinLengthHighest,
  passwordMinLengthLowest,
} from './contract/credential-rules.ts'
import { readEnvFile } from './settings/env-file.js'
import { isExactOrigin } from './settings/exact-origin.ts'
import * as featureSettings from './settings/features.ts'
import { type Mailbox, type MailServer, parseMailbox, parseMailUrl } from './settings/mail-url.ts'
import { hasTwins, parseMasterKey } from './settings/master-key-text.ts'
import { describeUnknownNames, isNear } from './settings/setting-names.ts'
import { type Environment, SettingsReader } from './settings/settings-reader.ts'
import { StartError } from './settings/start-error.ts'

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
  /** Addresses and CIDR ranges whose X-Forwarded-For is trusted. */
  trustedProxies: readonly string[]
  /** Origins of pages that may call with a bearer token, as a browser writes them. */
  allowedOrigins: readonly string[]
  /** null: the embedded SQLite in `dataDir`. */
  databaseUrl: string | null
  dataDir: string
  /** Newest first, ≥ 32 bytes each; empty: the key file in `dataDir`. */
  masterKeys: readonly Uint8Array[]
  /** Whether a server starts although rows need a master key that is missing. */
  allowLostMasterKey: boolean
  signing:
    | { algorithm: Exclude<SigningAlgorithm, 'HS256'> }
    | { algorithm: 'HS256'; secretKey: Uint8Array }
  /** In seconds; 900 (15 minutes) by default. */
  accessTokenLifetimeSeconds: number
  passwordGrant: boolean
  /** Whether people make their own accounts; never where password sign-in is off. */
  registration: boolean
  /** In code points; 15 by default. */
  passwordMinLength: number
  /** bcrypt's logarithmic cost; 12 by default. */
  bcryptCost: number
  /** Wrong passwords from one address within ten minutes; 30 by default. */
  failuresPerAddress: number
  demoAccounts: boolean
  /** How long the audit log and ended sessions are kept; 90 by default. */
  auditLogDays: number
  mail: MailSettings
  /** Secure, `__Host-` cookies: by default where PUBLIC_URL is https, and always in production. */
  cookieSecure: boolean
  /** Opens /metrics to other machines; null: only this machine may read them. */
  metricsToken: string | null
  logLevel: LogLevel
  /** Those of the app's own features, by their names. */
  features: FeatureSettings
}

/** Where mail goes, and the name on it. */
export type MailSettings = { from: Mailbox } & (
  | { transport: 'smtp'; server: MailServer }
  /** The page /dev/mail: a first try needs no mail server. */
  | { transport: 'mailbox' }
  /** What needs mail is hidden, and refused. */
  | { transport: 'off' }
)

type FeatureSettings = {
  readonly [Name in keyof typeof featureSettings]: ReturnType<(typeof featureSettings)[Name]>
}

/**
 * The settings of this process: the environment, and for what it lacks the `.env` file.
 * @param warn called with a sentence for each name that is not a setting and was probably meant as
 *   one
 * @throws StartError with one line for each wrong setting
 */
export function loadConfig(warn: (sentence: string) => void): Config {
  const home = findHome()
  const fromFile = readEnv(join(home, '.env'))
  for (const [name, value] of Object.entries(fromFile)) process.env[name] ??= value
  const read = new SettingsReader(process.env)
  const config = readSettings(read, home === process.cwd() ? '.data' : join(home, '.data'))
  const unknown = describeUnknownNames({
    known: read.names,
    inFile: Object.keys(fromFile),
    inEnvironment: Object.keys(process.env),
  })
  for (const sentence of unknown) warn(sentence)
  refuseOlderPlaces(read, home)
  read.throwIfWrong()
  return config
}

/** Set by `launch.js`: where the package is, wherever it was started from. */
const packageFolder = Symbol.for('keycard.packageFolder')

/** The folder of `.env` and, by default, of `.data`. */
function findHome(): string {
  return (globalThis as { [packageFolder]?: string })[packageFolder] ?? process.cwd()
}

function readEnv(file: string): Record<string, string> {
  try {
    return readEnvFile(file)
  } catch (error) {
    throw new StartError((error as Error).message, { cause: error })
  }
}

/** Earlier versions looked in the working directory, not beside the package. */
function refuseOlderPlaces(read: SettingsReader, home: string): void {
  const here = process.cwd()
  if (here === home) return
  const olderData = join(here, '.data')
  const isOlder = ['keycard.db', 'master.key'].some((name) => existsSync(join(olderData, name)))
  const isDefault = ['DATA_DIR', 'DATABASE_URL'].every((name) => read.text(name) === undefined)
  if (isOlder && isDefault) {
    read.refuse(
      `${olderData} has the data of ${productName}, which by default are now in ${join(home, '.data')}, `,
      `wherever it is started from. Move the folder there, or set DATA_DIR=${olderData}.`,
    )
  }
  const names = Object.keys(readEnv(join(here, '.env')))
  if (!existsSync(join(home, '.env')) && names.some((name) => read.names.has(name))) {
    read.refuse(
      `${join(here, '.env')} is not read: settings are in ${join(home, '.env')}, wherever ${productName} is `,
      'started from. Move the file there.',
    )
  }
}

/**
 * Reads and checks every setting; an empty value counts as absent.
 * @throws StartError with one line for each wrong setting
 */
export function readConfig(env: Environment): Config {
  const read = new SettingsReader(env)
  const config = readSettings(read, '.data')
  read.throwIfWrong()
  return config
}

function readSettings(read: SettingsReader, dataDirDefault: string): Config {
  const production = readProduction(read)
  const port = read.integer('PORT', 3000, 0, 65_535)
  const demoAccounts = read.flag('DEMO_ACCOUNTS', !production)
  const databaseUrl = readDatabaseUrl(read)
  const publicUrl = readPublicUrl(read, `http://localhost:${port}`)
  const passwordGrant = read.flag('PASSWORD_GRANT', true)
  const config: Config = {
    production,
    port,
    host: read.text('HOST') ?? (production ? '::' : 'localhost'),
    publicUrl,
    trustedProxies: readTrustedProxies(read),
    allowedOrigins: readAllowedOrigins(read, production),
    databaseUrl,
    dataDir: read.text('DATA_DIR') ?? dataDirDefault,
    masterKeys: readMasterKeys(read),
    allowLostMasterKey: read.flag('ALLOW_LOST_MASTER_KEY', false),
    signing: readSigning(read),
    accessTokenLifetimeSeconds: 60 * read.integer('ACCESS_TOKEN_EXPIRE_MINUTES', 15, 1, 24 * 60),
    passwordGrant,
    registration: read.flag('REGISTRATION', true) && passwordGrant,
    passwordMinLength: read.integer(
      'PASSWORD_MIN_LENGTH',
      passwordMinLengthDefault,
      passwordMinLengthLowest,
      passwordMinLengthHighest,
    ),
    bcryptCost: read.integer('BCRYPT_COST', 12, 10, 15),
    failuresPerAddress: read.integer('SIGN_IN_FAILURES_PER_ADDRESS', 30, 1, 1_000_000),
    demoAccounts,
    auditLogDays: read.integer('AUDIT_LOG_DAYS', 90, 1, 3_650),
    mail: readMail(read, publicUrl, demoAccounts),
    cookieSecure: read.flag('COOKIE_SECURE', production || publicUrl.startsWith('https:')),
    metricsToken: readMetricsToken(read),
    logLevel: read.choice('LOG_LEVEL', logLevels, production ? 'info' : 'warn'),
    features: readFeatureSettings(read),
  }
  if (databaseUrl !== null && config.masterKeys.length === 0) {
    read.refuse(
      'MASTER_KEY is missing: with PostgreSQL it is required. Make one with: ',
      keyCommand,
    )
  }
  if (production) checkProduction(read, config)
  else if (demoAccounts) checkDemoAccounts(read, config)
  return config
}

function readFeatureSettings(read: SettingsReader): FeatureSettings {
  const readers = Object.entries<(read: SettingsReader) => object>(featureSettings)
  return Object.fromEntries(
    readers.map(([name, readAll]) => [name, readAll(read)]),
  ) as FeatureSettings
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

/** Their passwords are in the README. */
function checkDemoAccounts(read: SettingsReader, config: Config): void {
  if (!isLoopback(config.host)) {
    read.refuse(
      `HOST is "${config.host}", but with demo accounts ${productName} listens on this machine only. `,
      'Leave HOST out, or set DEMO_ACCOUNTS=off.',
    )
  }
  const isPublic = config.publicUrl.startsWith('https:') || config.trustedProxies.length > 0
  if (isPublic && read.text('DEMO_ACCOUNTS') === undefined) {
    read.refuse(
      'An https PUBLIC_URL or TRUSTED_PROXIES opens this to others, and everybody knows the passwords of ',
      'the demo accounts. Set NODE_ENV=production, or DEMO_ACCOUNTS=off; or on, if they are meant.',
    )
  }
}

/** A near miss is not another mode: `prod` would be a server to try, with demo accounts. */
function readProduction(read: SettingsReader): boolean {
  const mode = read.text('NODE_ENV')?.toLowerCase() ?? ''
  if (mode !== 'production' && (isNear(mode, 'production') || /^prod/.test(mode))) {
    read.wrong('NODE_ENV', '"production", or left out')
  }
  return mode === 'production'
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d+){3}$/.test(host)
}

function readPublicUrl(read: SettingsReader, fallback: string): string {
  const text = read.text('PUBLIC_URL')
  if (text === undefined) return fallback
  const url = URL.canParse(text) ? new URL(text) : undefined
  // Capitals, an umlaut and the default port are other spellings of the same origin (RFC 6454 §4).
  const isOrigin =
    url !== undefined &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.href === `${url.origin}/`
  if (!isOrigin) read.wrong('PUBLIC_URL', 'an origin without a path, as https://login.example.com')
  return url?.origin ?? fallback
}

function readMail(read: SettingsReader, publicUrl: string, demoAccounts: boolean): MailSettings {
  const from = readMailFrom(read, publicUrl)
  const url = read.text('MAIL_URL')
  if (url === undefined) return { from, transport: demoAccounts ? 'mailbox' : 'off' }
  const server = parseMailUrl(url)
  if (server) return { from, transport: 'smtp', server }
  // A mistyped URL may have its password anywhere.
  read.refuse(
    `MAIL_URL has ${url.length} characters, but must be smtp://user:password@host:587 or smtps://user:password@host:465; `,
    'in the password, @ / : % # ? are written %40 %2F %3A %25 %23 %3F.',
  )
  return { from, transport: 'off' }
}

function readMailFrom(read: SettingsReader, publicUrl: string): Mailbox {
  const fallback = { name: productName, address: `no-reply@${new URL(publicUrl).hostname}` }
  const text = read.text('MAIL_FROM')
  if (text === undefined) return fallback
  const mailbox = parseMailbox(text)
  if (!mailbox) read.wrong('MAIL_FROM', `an address, as ${productName} <no-reply@example.com>`)
  return mailbox ?? fallback
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
  // Its contents are read where the database is opened: it may name files, and several hosts.
  if (/^postgres(ql)?:\/\//i.test(text)) return text
  const url = URL.canParse(text) ? new URL(text) : undefined
  read.refuse(
    `DATABASE_URL is ${describeDatabaseUrl(url, text)}, but must be postgres://user:password@host:5432/database; `,
    'leave it out for the embedded SQLite.',
  )
  return null
}

/**
 * Host and path at most: in a mistyped URL, or one whose password has a / in it, the password may
 * be anywhere.
 */
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

function readAllowedOrigins(read: SettingsReader, production: boolean): string[] {
  const origins = read.list('ALLOWED_ORIGINS')
  if (!origins.every(isExactOrigin)) {
    read.wrong(
      'ALLOWED_ORIGINS',
      'exact origins, as https://app.example.com or capacitor://localhost: no path, no slash at the end, no *',
    )
  }
  const readable = origins.find(
    (text) => text.startsWith('http:') && URL.canParse(text) && !isLoopback(new URL(text).hostname),
  )
  if (production && readable !== undefined) {
    read.refuse(`ALLOWED_ORIGINS has "${readable}", but production needs https.`)
  }
  return origins
}

function isAddressRange(text: string): boolean {
  const [, address = '', digits = '1'] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  const mostBits = { 4: 32, 6: 128 }[isIP(address)] ?? 0
  return Number(digits) >= 1 && Number(digits) <= mostBits
}

function readMasterKeys(read: SettingsReader): Uint8Array[] {
  const keys = read.list('MASTER_KEY').flatMap((text) => {
    const key = parseMasterKey(text)
    if (key) return [key]
    read.wrongSecret(
      'MASTER_KEY',
      text,
      `random bytes in base64, 32 at least. Make one with: ${keyCommand}`,
    )
    return []
  })
  if (hasTwins(keys))
    read.refuse('MASTER_KEY has the same key twice: one of them is to be another.')
  return keys
}

/** Secrets published in tutorials, FastAPI's among them: anyone can sign with these (R41). */
const sampleSecrets = new Set([
  '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
  'your-256-bit-secret',
  'a-string-secret-at-least-256-bits-long',
])

function readSigning(read: SettingsReader): Config['signing'] {
  const algorithm = read.choice('JWT_ALGORITHM', signingAlgorithms, 'EdDSA')
  const text = read.text('SECRET_KEY') ?? ''
  if (algorithm !== 'HS256') return { algorithm }
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
