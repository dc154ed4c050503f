// Why PostgreSQL could not be used, in a sentence that says what to do and shows no password.

import { AppError } from '../../contract/app-error.ts'
import { StartError } from '../../settings/start-error.ts'
import { readPostgresUrl } from './url.ts'

export function explainPostgresError(failure: unknown, url: string): StartError {
  // "The database does not answer" is for callers: an operator reads its own message.
  const error = failure instanceof AppError && failure.cause ? failure.cause : failure
  const { shown, hosts } = readPostgresUrl(url)
  const usesTls = Boolean(hosts[0]?.ssl)
  const fault = readFault(error)
  const [, sentence] = sentences.find(([isIt]) => isIt(fault)) ?? []
  const explained = sentence?.({ ...fault, usesTls }) ?? explainUnknown(fault)
  return new StartError(`PostgreSQL at ${shown} ${explained}`, { cause: failure })
}

interface Fault {
  /** SQLSTATE, Node's or OpenSSL's; empty where there is none. */
  code: string
  message: string
  /** PostgreSQL's function that reported it: unlike the message it is the same in every language. */
  routine: string
}

type Explain = (fault: Fault & { usesTls: boolean }) => string

/** The first that fits. */
const sentences: readonly [isIt: (fault: Fault) => boolean, explain: Explain][] = [
  [
    ({ code, routine }) => code === '28000' && routine === 'ClientAuthentication',
    ({ usesTls }) =>
      usesTls
        ? 'has no line in its pg_hba.conf that admits this user from here: add one.'
        : 'does not admit this user from here without TLS: add ?sslmode=verify-full to ' +
          'DATABASE_URL, or a line to its pg_hba.conf.',
  ],
  [
    ({ code, message }) => code.startsWith('28') || /SASL|password/i.test(message),
    () => 'refuses the username or the password: correct DATABASE_URL.',
  ],
  [({ code }) => code === '3D000', () => 'has no such database: create it with createdb.'],
  [
    ({ code }) => code === '42501',
    () =>
      'does not let this user use or make tables: let it own the database, or grant it CREATE ' +
      'and USAGE on the schema.',
  ],
  [
    ({ code }) => code === '53300',
    () =>
      'has no connection left: raise max_connections there, or the limit of the user or the ' +
      'database, or end others. A node needs 11.',
  ],
  [
    ({ code }) => code === '25006',
    () =>
      'takes no writes, as a standby does: name the primary in DATABASE_URL, or all hosts with ' +
      'commas between them.',
  ],
  [({ code }) => code === '57P03', () => 'is starting or stopping: start again in a moment.'],
  [
    ({ code }) => code.startsWith('53') || code.startsWith('58'),
    ({ message }) => `cannot write (${message}): make room on its disk, and start again.`,
  ],
  [
    // In PgBouncer's own words, which are always English.
    ({ code }) => code === '08P01',
    ({ message }) => `is behind a pooler, which refuses the connection: ${message}.`,
  ],
  [
    ({ message }) => /does not support SSL/.test(message),
    () =>
      'has no TLS: set ssl = on there, or write sslmode=disable in DATABASE_URL where the ' +
      'network is trusted.',
  ],
  [
    ({ code }) => code === 'ERR_TLS_CERT_ALTNAME_INVALID',
    () =>
      'has a certificate for another name: use that name in DATABASE_URL, or sslmode=verify-ca ' +
      'with the sslrootcert of a CA of your own.',
  ],
  [
    ({ code }) => /SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_|_CERT/.test(code),
    ({ code }) =>
      `has a certificate that is not trusted here (${code}): name its CA's file with sslrootcert ` +
      'in DATABASE_URL. sslmode=no-verify encrypts, and trusts any server.',
  ],
  [
    ({ message }) => message.startsWith('channel_binding'),
    () =>
      'offers no channel binding, which DATABASE_URL requires: that takes TLS and a password by ' +
      'SCRAM. Leave channel_binding out, or correct the server.',
  ],
  [
    ({ code, message }) => code === '40003' || message === 'Query read timeout',
    () =>
      'did not finish in time what takes milliseconds: see whether it waits for a synchronous ' +
      'standby or for a lock, or is overloaded, and start again.',
  ],
]

function explainUnknown({ code, message }: Fault): string {
  const what = code || message
  return `cannot be used (${what}): see that it runs and can be reached from here, or correct DATABASE_URL.`
}

function readFault(error: unknown): Fault {
  if (!(error instanceof Error)) return { code: '', message: 'an unknown error', routine: '' }
  const { code, routine } = error as Error & { code?: unknown; routine?: unknown }
  return {
    code: typeof code === 'string' ? code : '',
    message: error.message,
    routine: typeof routine === 'string' ? routine : '',
  }
}
