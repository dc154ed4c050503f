// Why PostgreSQL could not be opened, in a sentence that says what to do and shows no password.

import { StartError } from '../contract/start-error.ts'

export function explainPostgresError(error: unknown, url: string): StartError {
  const shown = showWithoutPassword(url)
  const explain = (sentence: string) => new StartError(sentence, { cause: error })
  if (shown === null) {
    return explain(
      'DATABASE_URL cannot be read: it must look like postgres://user:password@host:5432/database, ' +
        'with characters such as @ / : % in the password written as %40 %2F %3A %25.',
    )
  }

  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (/^28/.test(code) || /SASL|password/i.test(messageOf(error))) {
    return explain(
      `PostgreSQL at ${shown} refuses the user name or the password: correct DATABASE_URL.`,
    )
  }
  switch (code) {
    case '3D000':
      return explain(`PostgreSQL at ${shown} has no such database: create it with createdb.`)
    case '42501':
      return explain(
        `PostgreSQL at ${shown} does not let this user make tables: grant it CREATE on the schema.`,
      )
    case '53300':
      return explain(
        `PostgreSQL at ${shown} has no connection left: raise its max_connections, or end others.`,
      )
  }
  return explain(
    `PostgreSQL at ${shown} cannot be used (${code || messageOf(error)}): ` +
      'see that it runs and can be reached from here, or correct DATABASE_URL.',
  )
}

/** Parameters after ? are left out too: a password may stand there. Null where it is no URL. */
function showWithoutPassword(url: string): string | null {
  if (!URL.canParse(url)) return null
  const { protocol, username, password, host, pathname } = new URL(url)
  if (!isPercentEncoded(username) || !isPercentEncoded(password)) return null
  return `${protocol}//${username ? `${username}@` : ''}${host}${pathname}`
}

function isPercentEncoded(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'an unknown error'
}
