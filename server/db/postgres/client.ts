// One connection to PostgreSQL: to the current host, with the facts that no answer reports.

import pg from 'pg'
import type { PostgresHosts } from './hosts.ts'
import type { OpenSockets } from './open-sockets.ts'

export interface PostgresClient extends pg.PoolClient {
  /** The host that it was made for. */
  readonly at: pg.ClientConfig
  /**
   * True once after a commit whose wait for a synchronous standby was ended. PostgreSQL reports it
   * as a success, with a warning: a failover may lose it.
   */
  tellsUnreplicatedCommit(): boolean
}

interface PostgresClientDeps {
  hosts: PostgresHosts
  sockets: OpenSockets
  requiresChannelBinding: boolean
}

const int8TypeId = 20

export function createPostgresClient(
  deps: PostgresClientDeps,
  options: pg.ClientConfig,
): PostgresClient {
  const { hosts, sockets, requiresChannelBinding } = deps
  const at = hosts.current()
  const client = new pg.Client({
    application_name: 'keycard',
    keepAlive: true,
    stream: sockets.open,
    types: {
      // Without it bigint columns, times and counts, would come as text.
      getTypeParser: (typeId, format) =>
        typeId === int8TypeId ? Number : pg.types.getTypeParser(typeId, format),
    },
    ...options,
    ...at,
  })
  if (requiresChannelBinding) requireChannelBinding(client.connection)

  let isUnreplicated = false
  client.on('notice', ({ routine }) => {
    // PostgreSQL's function that reports it: unlike the words, it is the same in every language.
    if (routine === 'SyncRepWaitForLSN') isUnreplicated = true
  })

  const connect = client.connect.bind(client)
  type Connected = (error: Error | null, client: pg.ClientBase) => void
  return Object.assign(client, {
    at,
    // The pool gives each one its own.
    release: () => {},
    tellsUnreplicatedCommit() {
      const told = isUnreplicated
      isUnreplicated = false
      return told
    },
    connect: ((tell: Connected) =>
      connect((error: Error | null) => {
        if (error) hosts.moveOn(at)
        tell(error, client)
      })) as typeof client.connect,
  })
}

/** Ends what would go on without it, before a password is sent (RFC 5802 §6). */
function requireChannelBinding(connection: pg.Connection): void {
  let isBound = false
  const refuse = () =>
    connection.stream.destroy(new Error('channel_binding=require: the server does not offer it'))
  connection.on('authenticationSASL', ({ mechanisms }: { mechanisms: readonly string[] }) => {
    isBound = mechanisms.includes('SCRAM-SHA-256-PLUS')
    if (!isBound) refuse()
  })
  connection.on('authenticationCleartextPassword', refuse)
  connection.on('authenticationMD5Password', refuse)
  connection.on('authenticationOk', () => isBound || refuse())
}
