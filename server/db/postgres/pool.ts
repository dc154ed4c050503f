// The connections to PostgreSQL: each may write, and none is given up before the server knows.

import { setTimeout as sleep } from 'node:timers/promises'
import type { Compilable, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import pg from 'pg'
import { isReadOnly } from '../errors.ts'
import { checkParameters } from '../parameters.ts'
import type { WriteOutcome } from '../writes/committed-write.ts'
import { checkRequired } from '../writes/required-write.ts'
import { endRunning } from './cancel.ts'
import { createPostgresClient, type PostgresClient } from './client.ts'
import { leavesConnectionWell, ReadOnlyDatabaseError, UnreplicatedCommitError } from './errors.ts'
import type { PostgresHosts } from './hosts.ts'
import type { OpenSockets } from './open-sockets.ts'

export interface PostgresConnections {
  /** As Kysely sees it. */
  readonly pool: PostgresPool
  runAtomically(writes: readonly Compilable[]): Promise<WriteOutcome[]>
  /**
   * Rejects where the server does not answer, or accepts no writes.
   * @param besides what else is selected, each with a comma behind it
   * @returns that
   */
  checkWritable(besides?: string): Promise<Record<string, unknown>>
  /** How many were lost so far. */
  countLost(): number
  close(): Promise<void>
}

export interface PostgresConnectionsOptions {
  hosts: PostgresHosts
  sockets: OpenSockets
  requiresChannelBinding: boolean
  max: number
  /** In milliseconds: for a connection, new or out of the pool. */
  connectTimeoutMs: number
  /** In milliseconds; 0: as long as it takes. */
  statementTimeoutMs: number
  /** In milliseconds: where not even the end of a statement is reported, the network is gone. */
  answerTimeoutMs: number
}

/** In milliseconds, for closing: a server that hangs does not hear it. */
const farewellMs = 1_000

export function createPostgresConnections(
  options: PostgresConnectionsOptions,
): PostgresConnections {
  const { hosts, sockets, requiresChannelBinding, answerTimeoutMs } = options
  const generations = new WeakMap<pg.ClientBase, number>()
  /** Raised where a write was refused: connections opened before are not used again. */
  let generation = 0
  let lost = 0
  let isClosed = false

  function createClient() {
    const parts = { hosts, sockets, requiresChannelBinding }
    const client = createPostgresClient(parts, { query_timeout: answerTimeoutMs })
    generations.set(client, generation)
    return client
  }

  const pool = new pg.Pool({
    max: options.max,
    // Divided, so that a silent host leaves time for the next one.
    connectionTimeoutMillis: options.connectTimeoutMs / hosts.count,
    Client: createClient as unknown as new () => pg.Client,
    onConnect: async (client) => prepare(client as PostgresClient),
  })
  // A connection that ends emits 'error', idle in the pool or in use; unheard, it ends the process.
  // The statement in progress is rejected besides, and the pool opens a new connection.
  pool.on('error', () => {})
  pool.on('connect', (client) => {
    client.on('error', () => {
      lost += 1
    })
  })

  /** By a statement, and not as the connection begins: PgBouncer refuses settings there. */
  async function prepare(client: PostgresClient): Promise<void> {
    const timeoutMs = options.statementTimeoutMs
    try {
      await checkWritable(
        client,
        `set_config('statement_timeout', '${timeoutMs}', false),
          set_config('idle_in_transaction_session_timeout', '${timeoutMs}', false),
          set_config('client_min_messages', 'warning', false),`,
      )
    } catch (error) {
      hosts.moveOn(client.at)
      throw error
    }
  }

  async function connect(): Promise<PostgresClient> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await takeCurrent()
      } catch (error) {
        if (attempt >= hosts.count) throw error
      }
    }
  }

  async function takeCurrent(): Promise<PostgresClient> {
    for (;;) {
      const client = (await pool.connect()) as PostgresClient
      if (generations.get(client) === generation) return client
      client.release(true)
    }
  }

  function release(client: PostgresClient, error?: unknown): void {
    if (error === undefined || leavesConnectionWell(error)) {
      client.release()
      return
    }
    if (isReadOnly(error)) {
      hosts.moveOn(client.at)
      if (generations.get(client) === generation) generation += 1
    }
    if (error instanceof pg.DatabaseError || isReadOnly(error)) client.release(true)
    else void abandon(client)
  }

  /** It counts against the pool until the server is rid of it. */
  async function abandon(client: PostgresClient): Promise<void> {
    await endRunning(client, {
      openSocket: sockets.open,
      isWanted: () => !isClosed && hosts.current() === client.at,
      onUnheard: () => hosts.moveOn(client.at),
    })
    client.release(true)
  }

  /** Runs it on a connection, which is then given back as its outcome allows. */
  async function withClient<Result>(run: (client: PostgresClient) => Promise<Result>) {
    const client = await connect()
    try {
      const result = await run(client)
      release(client)
      return result
    } catch (error) {
      release(client, error)
      throw error
    }
  }

  return {
    pool: {
      async connect() {
        const client = await connect()
        let failure: unknown
        return {
          query: (async <Row>(text: string, parameters: readonly unknown[]) => {
            checkParameters(parameters)
            try {
              const { command, rowCount, rows } = await query(client, text, parameters)
              return { command, rowCount: rowCount ?? 0, rows } as PostgresQueryResult<Row>
            } catch (error) {
              failure = error
              throw error
            }
          }) as PostgresPoolClient['query'],
          release: () => release(client, failure),
        }
      },
      end: () => pool.end(),
    },
    runAtomically: (writes) => withClient((client) => runAtomically(client, writes)),
    checkWritable: (besides) => withClient((client) => checkWritable(client, besides)),
    countLost: () => lost,
    async close() {
      if (isClosed) return
      isClosed = true
      await Promise.race([pool.end(), sleep(farewellMs, undefined, { ref: false })])
      sockets.destroyAll()
    },
  }
}

/** @throws UnreplicatedCommitError where a reported success is not one */
async function query(client: PostgresClient, text: string, parameters: readonly unknown[]) {
  const result = await client.query(text, [...parameters])
  if (client.tellsUnreplicatedCommit()) throw new UnreplicatedCommitError()
  return result
}

/** `besides`: what else is selected, each with a comma behind it. */
async function checkWritable(
  client: PostgresClient,
  besides = '',
): Promise<Record<string, unknown>> {
  const { rows } = await client.query<Record<string, unknown>>(
    `select ${besides} current_setting('transaction_read_only') as read_only`,
  )
  const [row] = rows
  if (row?.read_only !== 'off') throw new ReadOnlyDatabaseError()
  return row
}

async function runAtomically(
  client: PostgresClient,
  writes: readonly Compilable[],
): Promise<WriteOutcome[]> {
  const compiled = writes.map((write) => ({ write, ...write.compile() }))
  for (const { parameters } of compiled) checkParameters(parameters)
  await query(client, 'begin', [])
  try {
    const outcomes: WriteOutcome[] = []
    for (const { write, sql, parameters } of compiled) {
      const { rowCount, rows } = await query(client, sql, parameters)
      const changedRows = BigInt(rowCount ?? 0)
      checkRequired(write, changedRows)
      outcomes.push({ changedRows, rows })
    }
    await query(client, 'commit', [])
    return outcomes
  } catch (error) {
    // A connection that is closed rolls back; one that goes on is asked to.
    if (leavesConnectionWell(error) && client.getTransactionStatus() !== 'I') {
      await query(client, 'rollback', [])
    }
    throw error
  }
}
