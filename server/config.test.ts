// Every setting: its default, its allowed values, and the sentence that says what is wrong with it.

import { describe, expect, test } from 'vitest'
import { type Config, readConfig } from './config.ts'
import { StartError } from './settings/start-error.ts'

type Environment = Record<string, string>

/** The lines of the refusal; none where the settings are accepted. */
function problemsOf(env: Environment): string[] {
  try {
    readConfig(env)
    return []
  } catch (error) {
    if (error instanceof StartError) return error.message.split('\n')
    throw error
  }
}

const masterKey = 'hb8fCzbN8pxH1nPlgmU6qOUSuRXnUQm4BHsuy4hzs1k='
const secretKey = 'Vp8LQ7mZk2Nf4XrT9wYb3HcJ6sGd1KeA'

const production: Environment = {
  NODE_ENV: 'production',
  PUBLIC_URL: 'https://login.example.com',
  TRUSTED_PROXIES: '127.0.0.1',
}

const defaults: Omit<Config, 'features'> = {
  production: false,
  host: 'localhost',
  port: 3000,
  publicUrl: 'http://localhost:3000',
  trustedProxies: [],
  allowedOrigins: [],
  databaseUrl: null,
  dataDir: '.data',
  masterKeys: [],
  allowLostMasterKey: false,
  signing: { algorithm: 'EdDSA' },
  accessTokenLifetimeSeconds: 900,
  passwordGrant: true,
  registration: true,
  passwordMinLength: 15,
  bcryptCost: 12,
  failuresPerAddress: 30,
  demoAccounts: true,
  auditLogDays: 90,
  mail: { transport: 'mailbox', from: { name: 'Keycard', address: 'no-reply@localhost' } },
  cookieSecure: false,
  metricsToken: null,
  logLevel: 'warn',
}

const settingNames = [
  'NODE_ENV',
  'PORT',
  'HOST',
  'PUBLIC_URL',
  'TRUSTED_PROXIES',
  'ALLOWED_ORIGINS',
  'DATABASE_URL',
  'DATA_DIR',
  'MASTER_KEY',
  'ALLOW_LOST_MASTER_KEY',
  'JWT_ALGORITHM',
  'SECRET_KEY',
  'ACCESS_TOKEN_EXPIRE_MINUTES',
  'PASSWORD_GRANT',
  'REGISTRATION',
  'PASSWORD_MIN_LENGTH',
  'BCRYPT_COST',
  'SIGN_IN_FAILURES_PER_ADDRESS',
  'DEMO_ACCOUNTS',
  'AUDIT_LOG_DAYS',
  'MAIL_URL',
  'MAIL_FROM',
  'COOKIE_SECURE',
  'METRICS_TOKEN',
  'LOG_LEVEL',
]

describe('defaults', () => {
  test('without any setting, it is a Keycard to try', () => {
    expect(readConfig({})).toMatchObject(defaults)
  })

  test.each(['', ' ', '\t'])('an empty value (%j) counts as absent, in every setting', (empty) => {
    const env = Object.fromEntries(settingNames.map((name) => [name, empty]))
    expect(readConfig(env)).toMatchObject(defaults)
  })

  test('production has no demo accounts, listens everywhere and logs what happens', () => {
    expect(readConfig(production)).toMatchObject({
      production: true,
      demoAccounts: false,
      host: '::',
      logLevel: 'info',
      publicUrl: 'https://login.example.com',
      trustedProxies: ['127.0.0.1'],
    })
  })

  test('the issuer follows the port', () => {
    expect(readConfig({ PORT: '4000' }).publicUrl).toBe('http://localhost:4000')
  })
})

describe('each setting is read', () => {
  test.each<[string, Environment, Partial<Config>]>([
    ['PORT', { PORT: '8080' }, { port: 8080 }],
    ['PORT 0: any that is free', { PORT: '0' }, { port: 0 }],
    ['HOST', { HOST: '127.0.0.1' }, { host: '127.0.0.1' }],
    [
      'PUBLIC_URL',
      { PUBLIC_URL: 'https://id.example.org', DEMO_ACCOUNTS: 'off' },
      { publicUrl: 'https://id.example.org' },
    ],
    ['PUBLIC_URL with /', { PUBLIC_URL: 'http://a.example/' }, { publicUrl: 'http://a.example' }],
    [
      'TRUSTED_PROXIES',
      { TRUSTED_PROXIES: ' 127.0.0.1, 10.0.0.0/8 ,::1,fd00::/8,', DEMO_ACCOUNTS: 'off' },
      { trustedProxies: ['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8'] },
    ],
    [
      'ALLOWED_ORIGINS',
      { ALLOWED_ORIGINS: 'https://app.example.com, http://localhost:8081,capacitor://localhost' },
      {
        allowedOrigins: [
          'https://app.example.com',
          'http://localhost:8081',
          'capacitor://localhost',
        ],
      },
    ],
    ...['https://login.example.com:443', 'https://Login.Example.COM/'].map(
      (text): [string, Environment, Partial<Config>] => [
        `PUBLIC_URL as ${text}`,
        { PUBLIC_URL: text, DEMO_ACCOUNTS: 'off' },
        { publicUrl: 'https://login.example.com' },
      ],
    ),
    [
      'PUBLIC_URL with an umlaut',
      { PUBLIC_URL: 'http://münchen.example:80' },
      { publicUrl: 'http://xn--mnchen-3ya.example' },
    ],
    ['DATA_DIR', { DATA_DIR: '/srv/keycard' }, { dataDir: '/srv/keycard' }],
    [
      'DATABASE_URL',
      { DATABASE_URL: 'postgres://u:p@db/keycard', MASTER_KEY: masterKey },
      { databaseUrl: 'postgres://u:p@db/keycard' },
    ],
    [
      'DATABASE_URL, long scheme',
      { DATABASE_URL: 'postgresql://db/keycard', MASTER_KEY: masterKey },
      { databaseUrl: 'postgresql://db/keycard' },
    ],
    ['ALLOW_LOST_MASTER_KEY', { ALLOW_LOST_MASTER_KEY: 'on' }, { allowLostMasterKey: true }],
    ['JWT_ALGORITHM', { JWT_ALGORITHM: 'eddsa' }, { signing: { algorithm: 'EdDSA' } }],
    ['JWT_ALGORITHM ES256', { JWT_ALGORITHM: 'ES256' }, { signing: { algorithm: 'ES256' } }],
    ['JWT_ALGORITHM RS256', { JWT_ALGORITHM: 'rs256' }, { signing: { algorithm: 'RS256' } }],
    ['lifetime', { ACCESS_TOKEN_EXPIRE_MINUTES: '1' }, { accessTokenLifetimeSeconds: 60 }],
    ['PASSWORD_GRANT', { PASSWORD_GRANT: 'OFF' }, { passwordGrant: false, registration: false }],
    ['REGISTRATION', { REGISTRATION: 'off' }, { passwordGrant: true, registration: false }],
    ['PASSWORD_MIN_LENGTH', { PASSWORD_MIN_LENGTH: '8' }, { passwordMinLength: 8 }],
    [
      'SIGN_IN_FAILURES_PER_ADDRESS',
      { SIGN_IN_FAILURES_PER_ADDRESS: '500' },
      { failuresPerAddress: 500 },
    ],
    ['BCRYPT_COST', { BCRYPT_COST: '10' }, { bcryptCost: 10 }],
    ['DEMO_ACCOUNTS', { DEMO_ACCOUNTS: 'off' }, { demoAccounts: false }],
    [
      'METRICS_TOKEN',
      { METRICS_TOKEN: 'four-more-to-sixteen' },
      { metricsToken: 'four-more-to-sixteen' },
    ],
    ['AUDIT_LOG_DAYS', { AUDIT_LOG_DAYS: '365' }, { auditLogDays: 365 }],
    ['COOKIE_SECURE', { COOKIE_SECURE: 'on' }, { cookieSecure: true }],
    [
      'R68: COOKIE_SECURE at an https PUBLIC_URL',
      { PUBLIC_URL: 'https://login.example.com', DEMO_ACCOUNTS: 'off' },
      { cookieSecure: true },
    ],
    [
      'COOKIE_SECURE=off at an https PUBLIC_URL',
      { PUBLIC_URL: 'https://login.example.com', COOKIE_SECURE: 'off', DEMO_ACCOUNTS: 'off' },
      { cookieSecure: false },
    ],
    ['LOG_LEVEL', { LOG_LEVEL: 'debug' }, { logLevel: 'debug' }],
    ['HOST elsewhere', { HOST: '0.0.0.0', DEMO_ACCOUNTS: 'off' }, { host: '0.0.0.0' }],
  ])('%s', (_name, env, expected) => {
    expect(readConfig(env)).toMatchObject(expected)
  })

  test('MASTER_KEY lists several keys, newest first, in base64 or base64url', () => {
    const older = Buffer.from(masterKey, 'base64').reverse()
    const { masterKeys } = readConfig({
      MASTER_KEY: `${masterKey},${older.toString('base64url')}`,
    })
    expect(masterKeys.map((key) => Buffer.from(key).toString('base64'))).toEqual([
      masterKey,
      older.toString('base64'),
    ])
  })

  test('SECRET_KEY signs where JWT_ALGORITHM is HS256', () => {
    const { signing } = readConfig({ JWT_ALGORITHM: 'HS256', SECRET_KEY: secretKey })
    expect(signing).toEqual({
      algorithm: 'HS256',
      secretKey: new TextEncoder().encode(secretKey),
    })
  })

  test('SECRET_KEY does not matter where it signs nothing', () => {
    expect(readConfig({ SECRET_KEY: 'short' }).signing).toEqual({ algorithm: 'EdDSA' })
  })
})

describe('a wrong setting is named, with its value and what would be right', () => {
  test.each<[Environment, RegExp]>([
    [{ PORT: '80a' }, /^PORT is "80a", but must be a whole number from 0 to 65535\.$/],
    [{ PORT: '65536' }, /^PORT is "65536", /],
    [{ PORT: '-1' }, /^PORT is "-1", /],
    [{ PORT: '1e3' }, /^PORT is "1e3", /],
    [{ ACCESS_TOKEN_EXPIRE_MINUTES: '0' }, /^ACCESS_TOKEN_EXPIRE_MINUTES is "0".*1 to 1440\.$/],
    [{ ACCESS_TOKEN_EXPIRE_MINUTES: '1441' }, /^ACCESS_TOKEN_EXPIRE_MINUTES is "1441"/],
    [{ PASSWORD_MIN_LENGTH: '7' }, /^PASSWORD_MIN_LENGTH is "7".*8 to 64\.$/],
    [{ METRICS_TOKEN: 'short' }, /^METRICS_TOKEN has 5 characters, but must have 16 or more/],
    [{ BCRYPT_COST: '9' }, /^BCRYPT_COST is "9".*10 to 15\.$/],
    [{ BCRYPT_COST: '16' }, /^BCRYPT_COST is "16"/],
    [{ PASSWORD_GRANT: 'yes' }, /^PASSWORD_GRANT is "yes", but must be one of on, off\.$/],
    [
      { AUDIT_LOG_DAYS: '0' },
      /^AUDIT_LOG_DAYS is "0", but must be a whole number from 1 to 3650\.$/,
    ],
    [{ REGISTRATION: 'open' }, /^REGISTRATION is "open", but must be one of on, off\.$/],
    [{ DEMO_ACCOUNTS: 'true' }, /^DEMO_ACCOUNTS is "true", but must be one of on, off\.$/],
    [{ COOKIE_SECURE: '0' }, /^COOKIE_SECURE is "0", but must be one of on, off\.$/],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL is "loud", but must be one of trace, .*silent\.$/],
    [
      { JWT_ALGORITHM: 'none' },
      /^JWT_ALGORITHM is "none", but must be one of EdDSA, ES256, RS256, HS256\.$/,
    ],
    [{ JWT_ALGORITHM: 'RS512' }, /^JWT_ALGORITHM is "RS512", but must be one of /],
    [{ PUBLIC_URL: 'login.example.com' }, /^PUBLIC_URL is "login\.example\.com", .*an origin/],
    [{ PUBLIC_URL: 'http://a.example/app' }, /^PUBLIC_URL is "http:\/\/a\.example\/app", /],
    [{ PUBLIC_URL: 'http://me@a.example' }, /^PUBLIC_URL is "http:\/\/me@a\.example", /],
    [{ PUBLIC_URL: 'http://a.example?x' }, /^PUBLIC_URL is "http:\/\/a\.example\?x", /],
    [{ PUBLIC_URL: 'ftp://a.example' }, /^PUBLIC_URL is "ftp:\/\/a\.example", /],
    [
      { TRUSTED_PROXIES: '127.0.0.1,proxy', DEMO_ACCOUNTS: 'off' },
      /^TRUSTED_PROXIES is "127\.0\.0\.1,proxy", .*ranges/,
    ],
    [
      { TRUSTED_PROXIES: '10.0.0.0/33', DEMO_ACCOUNTS: 'off' },
      /^TRUSTED_PROXIES is "10\.0\.0\.0\/33", /,
    ],
    [
      { TRUSTED_PROXIES: '10.0.0.0/0', DEMO_ACCOUNTS: 'off' },
      /^TRUSTED_PROXIES is "10\.0\.0\.0\/0", /,
    ],
    ...[
      'https://app.example.com/',
      'https://app.example.com/path',
      'https://*.example.com',
      'https://App.example.com',
      'https://app.example.com:443',
      'app.example.com',
      'null',
      'file://',
      '*',
    ].map((text): [Environment, RegExp] => [
      { ALLOWED_ORIGINS: `https://a.example,${text}` },
      /^ALLOWED_ORIGINS is "https:\/\/a\.example,.*", but must be exact origins/,
    ]),
    [
      { ...production, ALLOWED_ORIGINS: 'http://localhost,http://app.example.com' },
      /^ALLOWED_ORIGINS has "http:\/\/app\.example\.com", but production needs https/,
    ],
    [
      { NODE_ENV: 'prodcution' },
      /^NODE_ENV is "prodcution", but must be "production", or left out/,
    ],
    [{ NODE_ENV: 'prod' }, /^NODE_ENV is "prod", /],
    [
      { MASTER_KEY: `${masterKey},${masterKey.replaceAll('+', '-')}` },
      /^MASTER_KEY has the same key twice/,
    ],
    [{ PUBLIC_URL: 'https://a.example' }, /^An https PUBLIC_URL or TRUSTED_PROXIES .*or on, if/],
    [{ TRUSTED_PROXIES: '127.0.0.1' }, /^An https PUBLIC_URL or TRUSTED_PROXIES /],
    [{ HOST: '0.0.0.0' }, /^HOST is "0\.0\.0\.0", but with demo accounts.*DEMO_ACCOUNTS=off\.$/],
    [{ HOST: '127.evil.example' }, /^HOST is "127\.evil\.example", /],
    [{ DATABASE_URL: 'postgres://db/keycard' }, /^MASTER_KEY is missing: with PostgreSQL/],
  ])('%j', (env, sentence) => {
    expect(problemsOf(env)).toEqual([expect.stringMatching(sentence)])
  })

  test('all wrong settings are reported at once, a line each', () => {
    const lines = problemsOf({ PORT: 'x', BCRYPT_COST: '3', LOG_LEVEL: 'loud', MASTER_KEY: 'a' })
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      'PORT',
      'MASTER_KEY',
      'BCRYPT_COST',
      'LOG_LEVEL',
    ])
  })
})

describe('of a secret only its length is shown', () => {
  test.each<[string, Environment, string, RegExp]>([
    [
      'MASTER_KEY too short',
      { MASTER_KEY: 'geheim-geheim' },
      'geheim',
      /^MASTER_KEY has 13 characters, but must be .*openssl rand/,
    ],
    [
      'MASTER_KEY not random',
      { MASTER_KEY: 'Z'.repeat(44) },
      'ZZZ',
      /^MASTER_KEY has 44 characters, but must be random/,
    ],
    [
      'R113: MASTER_KEY of zeros',
      { MASTER_KEY: Buffer.alloc(32).toString('base64') },
      'AAA',
      /^MASTER_KEY has 44 characters, but must be random/,
    ],
    [
      'R113: MASTER_KEY of one word again and again',
      { MASTER_KEY: 'changeme'.repeat(8) },
      'changeme',
      /^MASTER_KEY has 64 characters, but must be random/,
    ],
    [
      'MASTER_KEY not base64',
      { MASTER_KEY: `${'geheim!'.repeat(8)}` },
      'geheim',
      /^MASTER_KEY has 56 characters, /,
    ],
    [
      'R41: SECRET_KEY too short',
      { JWT_ALGORITHM: 'HS256', SECRET_KEY: 'geheim' },
      'geheim',
      /^SECRET_KEY has 6 characters, but must be at least 32 random bytes.*openssl rand/,
    ],
    [
      'R41: SECRET_KEY of one letter',
      { JWT_ALGORITHM: 'HS256', SECRET_KEY: 'q'.repeat(64) },
      'qqq',
      /^SECRET_KEY has 64 characters, /,
    ],
    [
      "R41: FastAPI's sample",
      {
        JWT_ALGORITHM: 'HS256',
        SECRET_KEY: '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
      },
      '09d25e',
      /^SECRET_KEY has 64 characters, but must be .*no sample/,
    ],
    [
      "R41: jwt.io's sample",
      { JWT_ALGORITHM: 'HS256', SECRET_KEY: 'a-string-secret-at-least-256-bits-long' },
      'a-string',
      /^SECRET_KEY has 38 characters, /,
    ],
    [
      'R41: a sample by its words',
      { JWT_ALGORITHM: 'HS256', SECRET_KEY: 'please-CHANGE-me-0123456789-0123456789' },
      'please',
      /^SECRET_KEY has 38 characters, /,
    ],
    ['R41: SECRET_KEY missing', { JWT_ALGORITHM: 'HS256' }, 'geheim', /^SECRET_KEY is missing, /],
    [
      'DATABASE_URL of another engine',
      { DATABASE_URL: 'mysql://root:geheim@db/keycard' },
      'geheim',
      /^DATABASE_URL is "mysql:\/\/\*\*\*@db\/keycard", but must be postgres:\/\//,
    ],
    [
      'DATABASE_URL with the password as a parameter',
      { DATABASE_URL: 'mysql://db/keycard?password=geheim' },
      'geheim',
      /^DATABASE_URL is "mysql:\/\/db\/keycard", /,
    ],
    [
      'DATABASE_URL without its scheme',
      { DATABASE_URL: 'keycard:geheim@db/keycard' },
      'geheim',
      /^DATABASE_URL is a text of 25 characters, /,
    ],
    [
      'F19: DATABASE_URL of another engine, with a / in its password',
      { DATABASE_URL: 'mysql://root:12/geheim@db/keycard' },
      'geheim',
      /^DATABASE_URL is a text of 33 characters, /,
    ],
    [
      'DATABASE_URL that is not a URL',
      { DATABASE_URL: '//keycard:geheim@db' },
      'geheim',
      /^DATABASE_URL is a text of 19 characters, /,
    ],
  ])('%s', (_name, env, secret, sentence) => {
    const problems = problemsOf(env)
    expect(problems).toEqual([expect.stringMatching(sentence)])
    expect(problems.join()).not.toContain(secret)
  })
})

test('demo accounts exist beside an https PUBLIC_URL only where they are asked for by name', () => {
  const env = { PUBLIC_URL: 'https://a.example', TRUSTED_PROXIES: '::1', DEMO_ACCOUNTS: 'on' }
  expect(readConfig(env).demoAccounts).toBe(true)
})

describe('production', () => {
  test.each(['production', ' Production '])('is %j', (NODE_ENV) => {
    expect(readConfig({ ...production, NODE_ENV }).production).toBe(true)
  })

  test.each<[string, Environment, RegExp]>([
    ['PUBLIC_URL missing', { PUBLIC_URL: '' }, /^PUBLIC_URL is missing: .*https:\/\//],
    ['PUBLIC_URL blank', { PUBLIC_URL: '  ' }, /^PUBLIC_URL is missing: /],
    [
      'R29: PUBLIC_URL without TLS',
      { PUBLIC_URL: 'http://login.example.com' },
      /^PUBLIC_URL is "http:\/\/login\.example\.com", but production needs https\.$/,
    ],
    [
      'R29: no proxy declared',
      { TRUSTED_PROXIES: '' },
      /^TRUSTED_PROXIES is missing: .*127\.0\.0\.1 or 10\.0\.0\.0\/8\.$/,
    ],
    ['demo accounts', { DEMO_ACCOUNTS: 'on' }, /^DEMO_ACCOUNTS is "on", but production has no/],
    ['R68: an insecure cookie', { COOKIE_SECURE: 'off' }, /^COOKIE_SECURE is "off", but/],
    [
      'R113: PostgreSQL without a master key',
      { DATABASE_URL: 'postgres://db/keycard' },
      /^MASTER_KEY is missing: with PostgreSQL it is required\. Make one with: openssl/,
    ],
  ])('refuses %s', (_name, env, sentence) => {
    expect(problemsOf({ ...production, ...env })).toEqual([expect.stringMatching(sentence)])
  })

  test('R68: may be tried on this machine without TLS, with the cookies of production', () => {
    const env = { NODE_ENV: 'production', PUBLIC_URL: 'http://localhost:3000' }
    expect(problemsOf(env)).toEqual([])
    expect(readConfig(env).cookieSecure).toBe(true)
  })
})
