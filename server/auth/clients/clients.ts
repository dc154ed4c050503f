// The OAuth clients: who may ask for tokens, and by which grants. Two are built in, others are rows.

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Selectable } from 'kysely'
import { AppError } from '../../contract/app-error.ts'
import { builtInClientIds, type GrantType, isGrantType } from '../../contract/oauth.ts'
import { allScopes, formatScope, isScope, type Scope } from '../../contract/scopes.ts'
import type { Clock } from '../../db/clock.ts'
import type { Database } from '../../db/database.ts'
import { isUniqueViolation } from '../../db/errors.ts'
import { makeRandomId } from '../../db/random-id.ts'
import type { OAuthClientsTable } from '../../db/tables.ts'
import type { OnProgress } from '../../db/writes/batches.ts'
import type { Actor } from '../sessions/account-change.ts'
import type { ClientRemoval } from './client-removal.ts'
import { assertNewClient, clientIdProblem, type NewClient } from './client-rules.ts'

export interface Client {
  id: string
  name: string
  /** It has a secret, and has proved it (RFC 6749 §2.1). */
  isConfidential: boolean
  /** Ours: only these may ask people for their passwords (R20). */
  isFirstParty: boolean
  grants: readonly GrantType[]
  /** What it may ask for, whoever the user is. */
  scopes: readonly Scope[]
  /** null where it is built in, and cannot be removed. */
  registration: { id: string; createdAtMs: number } | null
}

export interface ClientCredentials {
  clientId: string | undefined
  clientSecret: string | undefined
}

export interface Clients {
  /** The client of our own pages, assumed where none is named. */
  readonly web: Client
  /** @throws AppError invalid_client where it is unknown or its secret is wrong (RFC 6749 §5.2) */
  authenticate(credentials: ClientCredentials): Promise<Client>
  /** The built-in ones, and then the others by their ids. */
  list(): Promise<Client[]>
  /** By id; a removed client has none. */
  namesOf(ids: readonly string[]): Promise<ReadonlyMap<string, string>>
  /**
   * @returns the secret of a confidential one, which is stored nowhere
   * @throws AppError invalid_input naming each rule that is broken, or conflict where the id is
   *   taken
   */
  add(client: NewClient): Promise<{ secret: string | null }>
  /**
   * Ends its sessions and every token that it was given, here at once and within a poll elsewhere.
   * @throws AppError not_found, or conflict where it is built in
   */
  remove(id: string, by: Actor, onProgress?: OnProgress): Promise<void>
  /**
   * The last check of every grant, made once its tokens are recorded: a client that is removed
   * later finds them. Costs nothing where it is built in.
   * @throws AppError invalid_client where it was removed since it was authenticated
   */
  requireStillThere(client: Client): Promise<void>
}

interface ClientsDeps {
  database: Database
  removal: ClientRemoval
  clock: Clock
}

export function createClients({ database, removal, clock }: ClientsDeps): Clients {
  const { kysely } = database
  const web = describeBuiltIn(builtInClientIds.web, 'Our own pages')
  const cli = describeBuiltIn(builtInClientIds.cli, 'Our own scripts and apps')
  const builtIn = new Map([web, cli].map((client) => [client.id, client]))

  async function findRow(id: string): Promise<Selectable<OAuthClientsTable> | undefined> {
    if (clientIdProblem(id) !== undefined) return undefined
    return kysely
      .selectFrom('oauth_clients')
      .selectAll()
      .where('client_id', '=', id)
      .executeTakeFirst()
  }

  return {
    web,

    async authenticate({ clientId = web.id, clientSecret }) {
      const known = builtIn.get(clientId)
      if (known) {
        if (clientSecret === undefined) return known
        throw refuseClient('secret sent for a built-in client')
      }
      const row = await findRow(clientId)
      if (!row) throw refuseClient('client unknown')
      if (!isRightSecret(clientSecret, row.secret_hash)) throw refuseClient('secret wrong')
      return toClient(row)
    },

    async list() {
      const rows = await kysely
        .selectFrom('oauth_clients')
        .selectAll()
        .orderBy('client_id')
        .execute()
      return [...builtIn.values(), ...rows.map(toClient)]
    },

    async namesOf(ids) {
      const names = new Map([...builtIn.values()].map(({ id, name }) => [id, name]))
      const others = [...new Set(ids)].filter((id) => !names.has(id))
      if (others.length === 0) return names
      const rows = await kysely
        .selectFrom('oauth_clients')
        .select(['client_id', 'name'])
        .where('client_id', 'in', others)
        .execute()
      for (const { client_id, name } of rows) names.set(client_id, name)
      return names
    },

    async add(client) {
      assertNewClient(client)
      const { id, name, isConfidential, isFirstParty, grants, scopes } = client
      if (builtIn.has(id)) throw new AppError('conflict', `${id} is built in`)
      // R17: 256 bits from the CSPRNG.
      const secret = isConfidential ? randomBytes(32).toString('base64url') : null
      try {
        await kysely
          .insertInto('oauth_clients')
          .values({
            client_id: id,
            registration_id: makeRandomId(),
            name,
            secret_hash: secret === null ? null : hashSecret(secret).toString('base64url'),
            grants: grants.join(' '),
            scope: formatScope(scopes),
            first_party: isFirstParty ? 1 : 0,
            created_at_ms: clock.now(),
          })
          .execute()
      } catch (error) {
        if (!isUniqueViolation(error, 'oauth_clients.client_id')) throw error
        throw new AppError('conflict', `There is a client ${id} already`, { cause: error })
      }
      return { secret }
    },

    async remove(id, by, onProgress) {
      if (builtIn.has(id)) throw new AppError('conflict', `${id} is built in, and stays`)
      const isRemoved = await removal.remove(id, by, onProgress)
      if (!isRemoved) throw new AppError('not_found', `There is no client ${id}`)
    },

    async requireStillThere({ id, registration }) {
      if (registration === null) return
      const row = await findRow(id)
      if (row?.registration_id !== registration.id) throw refuseClient('client removed')
    },
  }
}

/** @throws AppError unauthorized_client (RFC 6749 §5.2) */
export function requireGrant(client: Client, grant: GrantType): void {
  // R20, whatever the row says: an app that is not ours must not see a password.
  const isAllowed = client.isFirstParty || grant !== 'password'
  if (isAllowed && client.grants.includes(grant)) return
  throw new AppError('unauthorized_client', `The client may not use the ${grant} grant`)
}

/** @throws AppError invalid_scope: what the client may not have is no secret, whoever the user is */
export function requireClientScopes(client: Client, scopes: readonly Scope[]): void {
  if (scopes.every((scope) => client.scopes.includes(scope))) return
  throw new AppError('invalid_scope', 'scope has a word that this client may not have')
}

/** Public clients: they have no secret, so any that is sent is wrong. */
function describeBuiltIn(id: string, name: string): Client {
  return {
    id,
    name,
    isConfidential: false,
    isFirstParty: true,
    grants: ['password', 'refresh_token'],
    scopes: allScopes,
    registration: null,
  }
}

function toClient(row: Selectable<OAuthClientsTable>): Client {
  return {
    id: row.client_id,
    name: row.name,
    isConfidential: row.secret_hash !== null,
    isFirstParty: row.first_party === 1,
    grants: row.grants.split(' ').filter(isGrantType),
    scopes: row.scope.split(' ').filter(isScope),
    registration: { id: row.registration_id, createdAtMs: row.created_at_ms },
  }
}

/** In characters; ours have 43. */
const secretMaxLength = 256

/** A public client sends no secret, a confidential one its own. */
function isRightSecret(secret: string | undefined, storedHash: string | null): boolean {
  if (secret === undefined || storedHash === null) {
    return secret === undefined && storedHash === null
  }
  if (secret.length > secretMaxLength) return false
  return timingSafeEqual(hashSecret(secret), Buffer.from(storedHash, 'base64url'))
}

/**
 * One round of SHA-256 is enough: the secret is 256 random bits and not a word of a person, so
 * there is nothing to guess from, and a slow hash would only slow the client down.
 */
function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest()
}

/** One sentence for every cause, so that no caller learns which clients there are. */
function refuseClient(detail: string): AppError {
  return new AppError(
    'invalid_client',
    'The client is not known here, or its secret is not right; a public client sends none',
    { detail },
  )
}
