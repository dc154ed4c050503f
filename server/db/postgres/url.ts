// DATABASE_URL of PostgreSQL: each form that libpq's manual has is accepted, or refused by name.

import { readFileSync } from 'node:fs'
import type { ConnectionOptions } from 'node:tls'
import type pg from 'pg'
import { productName } from '../../contract/brand.ts'
import { StartError } from '../../settings/start-error.ts'

export interface PostgresTarget {
  /** What pg takes, one for each host, in the order in which they are tried. */
  hosts: readonly pg.ClientConfig[]
  /** Only a server that binds the password to its TLS certificate is trusted. */
  requiresChannelBinding: boolean
  /** Without the password and without parameters, for messages. */
  shown: string
  /** The last two parts of `shown`, for a person. */
  hostNames: string
  database: string
}

/**
 * The shape is PostgreSQL's (manual §34.1.1.2): several hosts, and everything else as a parameter
 * too.
 * @throws StartError that repeats nothing of what may be a part of the password
 */
export function readPostgresUrl(text: string): PostgresTarget {
  const [, userinfo, authority = '', path = '', query = ''] = urlShape.exec(text) ?? []
  // A password with / ? or # in it ends the authority early, and its @ comes after that.
  if (!urlShape.test(text) || `${path}${query}`.includes('@')) throw refuseUnreadable()

  const parameters = readParameters(query)
  const [urlUser, ...urlPassword] = (userinfo ?? '').split(':')
  const user = parameters.get('user') ?? decode(urlUser ?? '')
  const password = parameters.get('password') ?? decode(urlPassword.join(':'))
  const database = parameters.get('dbname') ?? decode(path)
  const addresses = readAddresses(authority, parameters)
  const ssl = readTls(parameters)
  const common = {
    ...(user && { user }),
    ...(password && { password }),
    ...(database && { database }),
    ...(ssl !== undefined && { ssl }),
    ...pick(parameters, 'application_name', 'options', 'sslnegotiation'),
    enableChannelBinding: (parameters.get('channel_binding') ?? 'disable') !== 'disable',
  }
  const hostNames = addresses.map(({ name }) => name).join(',')
  return {
    hosts: addresses.map(({ host, port }) => ({
      ...common,
      ...(host && { host }),
      ...(port && { port }),
    })),
    requiresChannelBinding: parameters.get('channel_binding') === 'require',
    shown: `postgres://${user ? `${user}@` : ''}${hostNames}/${database}`,
    hostNames,
    database,
  }
}

/** Several @ are allowed in front of the host: the last one ends the password. */
const urlShape = /^postgres(?:ql)?:\/\/(?:([^/?#]*)@)?([^/?#@]*)(?:\/([^?#]*))?(?:\?([^#]*))?$/i

const sslModes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full', 'no-verify']

/** The values each may have; `null`: any. */
const knownParameters: Readonly<Record<string, readonly string[] | null>> = {
  ...{ host: null, port: null, user: null, password: null, dbname: null },
  ...{ application_name: null, options: null },
  ...{ sslrootcert: null, sslcert: null, sslkey: null, sslmode: sslModes },
  // node-postgres' own.
  ssl: ['true', '1', 'false', '0', 'no-verify'],
  uselibpqcompat: ['true', 'false'],
  sslnegotiation: ['postgres', 'direct'],
  channel_binding: ['disable', 'prefer', 'require'],
  // Keycard writes, whichever of these is asked for.
  target_session_attrs: ['read-write', 'primary', 'any'],
  client_encoding: ['UTF8', 'utf8', 'UTF-8', 'utf-8', 'auto'],
  gssencmode: ['disable', 'prefer'],
  load_balance_hosts: ['disable'],
  // We decide how long to wait for a connection, and how long to keep it.
  ...{ connect_timeout: null, tcp_user_timeout: null, fallback_application_name: null },
  ...{ keepalives: null, keepalives_idle: null, keepalives_interval: null, keepalives_count: null },
  sslsni: null,
}

function readParameters(query: string): Map<string, string> {
  const parameters = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(query.replaceAll('+', '%2B'))) {
    const isKnown = Object.hasOwn(knownParameters, name)
    const allowed = knownParameters[name]
    if (!isKnown) throw refuseParameter(name)
    if (allowed && !allowed.includes(value)) {
      throw new StartError(
        `DATABASE_URL has a value for "${name}" that ${productName} does not take: it takes ${allowed.join(', ')}.`,
      )
    }
    parameters.set(name, value)
  }
  return parameters
}

function refuseParameter(name: string): StartError {
  const shown = /^\w{1,40}$/.test(name) ? `the parameter "${name}"` : 'a parameter'
  const instead =
    name === 'schema'
      ? ', or write options=-c%20search_path%3D and the name of the schema instead'
      : ''
  return new StartError(
    `DATABASE_URL has ${shown}, which ${productName} does not know: leave it out${instead}.`,
  )
}

interface Address {
  /** A name, an address, or the folder of a Unix socket; absent: pg's own default. */
  host?: string
  port?: number
  name: string
}

function readAddresses(authority: string, parameters: Map<string, string>): Address[] {
  const hosts = parameters.get('host')?.split(',')
  const ports = parameters.get('port')?.split(',') ?? []
  const written = authority.split(',').map((part) => {
    const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d*))?$/.exec(part) ?? []
    if (part !== '' && !host && !port) throw refuseUnreadable()
    return { host: decode(host.replace(/^\[(.*)\]$/, '$1')), port }
  })
  return (hosts ?? written.map(({ host }) => host)).map((host, index) => {
    const named = ports.length > 1 ? ports[index] : ports[0]
    const port = named ?? written[hosts ? 0 : index]?.port
    if (port && !(/^\d{1,5}$/.test(port) && Number(port) < 65_536)) throw refuseUnreadable()
    const shownHost = host.includes(':') && !host.startsWith('/') ? `[${host}]` : host
    return {
      ...(host && { host }),
      ...(port && { port: Number(port) }),
      name: port ? `${shownHost}:${port}` : shownHost,
    }
  })
}

/**
 * As strict as was asked for, or stricter: where libpq encrypts without checking the certificate
 * (`require`), or only if it can (`prefer`), it is verified here. Operators who do not want that
 * set `no-verify`.
 */
function readTls(parameters: Map<string, string>): boolean | ConnectionOptions | undefined {
  const mode = parameters.get('sslmode') ?? nameMode(parameters.get('ssl'))
  const files = ['sslrootcert', 'sslcert', 'sslkey'].filter((name) => parameters.has(name))
  if (mode === 'disable') return false
  if (mode === undefined && files.length === 0) return undefined

  const ca = readFile(parameters, 'sslrootcert')
  const options = { ca, cert: readFile(parameters, 'sslcert'), key: readFile(parameters, 'sslkey') }
  const isLoose =
    parameters.get('uselibpqcompat') === 'true' && (mode === 'require' || mode === 'prefer')
  const namesNoHost = mode === 'verify-ca' || isLoose
  return {
    ...Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)),
    ...((mode === 'no-verify' || (isLoose && !ca)) && { rejectUnauthorized: false }),
    // With the public CAs any certificate would do: then the name has to fit as well.
    ...(namesNoHost && ca && { checkServerIdentity: () => undefined }),
  }
}

function readFile(parameters: Map<string, string>, name: string): string | undefined {
  const file = parameters.get(name)
  // The system's own CAs are used by default.
  if (!file || (name === 'sslrootcert' && file === 'system')) return undefined
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new StartError(
      `DATABASE_URL names the file ${file} as ${name}, which cannot be read: put it there, or correct the path.`,
      { cause },
    )
  }
}

function nameMode(ssl: string | undefined): string | undefined {
  if (ssl === 'true' || ssl === '1') return 'verify-full'
  return ssl === 'false' || ssl === '0' ? 'disable' : ssl
}

function pick(parameters: Map<string, string>, ...names: string[]): Record<string, string> {
  return Object.fromEntries([...parameters].filter(([name]) => names.includes(name)))
}

/** @throws StartError where a % stands for itself */
function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw refuseUnreadable()
  }
}

function refuseUnreadable(): StartError {
  return new StartError(
    'DATABASE_URL cannot be read: it must look like postgres://user:password@host:5432/database, ' +
      'with characters such as @ / : % # ? in the password written as %40 %2F %3A %25 %23 %3F.',
  )
}
