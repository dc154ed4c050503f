// Every table and column, as TypeScript sees them; both engines answer with exactly these types.

import type { Generated, Insertable, Selectable } from 'kysely'
import type { NoticeKind } from '../contract/account.ts'
import type { AuditEvent } from '../contract/audit-events.ts'
import type { Role } from '../contract/scopes.ts'
import type { EpochMs, Flag } from './columns.ts'
import type { FeatureTables } from './features.ts'

export interface Tables extends FeatureTables {
  users: UsersTable
  user_search_keys: UserSearchKeysTable
  sessions: SessionsTable
  revocations: RevocationsTable
  signing_keys: SigningKeysTable
  oauth_clients: OAuthClientsTable
  known_devices: KnownDevicesTable
  known_places: KnownPlacesTable
  audit_events: AuditEventsTable
  throttle_counters: ThrottleCountersTable
  user_imports: UserImportsTable
  master_keys: MasterKeysTable
  outbox: OutboxTable
  mail_links: MailLinksTable
  passkeys: PasskeysTable
  used_challenges: UsedChallengesTable
}

export interface UsersTable {
  /** Opaque and never reassigned: 22 base64url characters. */
  id: string
  /** As the person wrote it. */
  username: string
  /** The canonical form, unique; every look-up uses it. */
  username_key: string
  email: string | null
  /** The canonical form, unique where there is one. */
  email_key: string | null
  full_name: string | null
  role: Role
  disabled: Generated<Flag>
  /** Part of every access token; raising it ends them all. */
  token_version: Generated<number>
  password_hash: string
  /** The pepper that was applied before hashing; null for a plain bcrypt hash that was imported. */
  password_key_id: string | null
  password_changed_at_ms: EpochMs
  is_demo: Generated<Flag>
  created_at_ms: EpochMs
  updated_at_ms: EpochMs
  /** When a session of the user was last begun or refreshed; 0 where that never happened. */
  last_seen_at_ms: Generated<EpochMs>
  /** Set while the account is being deleted: its rows go in batches, and this one last. */
  deleted_at_ms: Generated<EpochMs | null>
}

/** For finding users: a key for each word of their names and addresses, in canonical form. */
export interface UserSearchKeysTable {
  key: string
  user_id: string
}

/** One row a session; there is no table of tokens. */
export interface SessionsTable {
  id: string
  user_id: string
  client_id: string
  /** Which client of that id it is; null for the built-in ones, which have no row. */
  registration_id: Generated<string | null>
  /** The granted scopes, separated by spaces. */
  scope: string
  /** Raised by each refresh; a refresh token carries the value it was made with. */
  counter: Generated<number>
  rotated_at_ms: EpochMs | null
  /** The program of the last refresh, by its name without its version; null before the first. */
  rotated_by: string | null
  /** The origin of the last refresh; null before the first. */
  rotated_address: string | null
  /** How often the previous token was answered again since the last refresh. */
  forgiven_count: Generated<number>
  /**
   * The counter of the token that replaced a lost successor. It counts while it is two behind
   * `counter`; an older value belongs to an earlier refresh.
   */
  recovered_counter: number | null
  created_at_ms: EpochMs
  last_used_at_ms: EpochMs
  /** How long the session may be unused, in milliseconds. */
  idle_ms: number
  idle_expires_at_ms: EpochMs
  /** The absolute end, which no refresh extends. */
  expires_at_ms: EpochMs
  revoked_at_ms: EpochMs | null
  revoked_reason: string | null
  /** Where it began: the sign-in page, or the token endpoint. */
  transport: 'cookie' | 'bearer'
  /** Whether "Keep me signed in" was asked for. */
  persistent: Generated<Flag>
  user_agent: string | null
  address: string | null
  /** The browser it is in, by its device cookie; null for clients without one. */
  device_id: string | null
  /** Set where the user had not signed in there before, until they confirm that it was them. */
  is_new_device: Generated<Flag>
  /** Up to when its user has dismissed the security notices; null where they never have. */
  notices_seen_at_ms: EpochMs | null
  /**
   * When its user last proved again who they are, by the database's clock; null since the sign-in.
   */
  proved_at_ms: EpochMs | null
}

/** WebAuthn credentials of users. No secret: the private key never leaves the authenticator. */
export interface PasskeysTable {
  /** The credential's id, base64url. */
  id: string
  user_id: string
  name: string
  /** COSE_Key, base64url. */
  public_key: string
  /** The authenticator's signature counter; 0 where it has none. */
  counter: number
  /** How the authenticator is reached: words, separated by spaces. */
  transports: string
  /** Which model of authenticator made it; zeros where it does not say. */
  aaguid: string
  /** Whether its provider may keep it on several devices, and whether it does. */
  backup_eligible: Flag
  backup_state: Flag
  created_at_ms: EpochMs
  last_used_at_ms: EpochMs | null
}

/** Challenges of passkeys that were used, until they would have expired. */
export interface UsedChallengesTable {
  id: string
  expires_at_ms: EpochMs
}

/** The browsers that a user has signed in with. The cookie holds the id and a keyed hash of it. */
export interface KnownDevicesTable {
  user_id: string
  device_id: string
  created_at_ms: EpochMs
  last_used_at_ms: EpochMs
}

/** The address pools that a user has signed in from lately, each as a keyed hash. */
export interface KnownPlacesTable {
  user_id: string
  place: string
  created_at_ms: EpochMs
  last_used_at_ms: EpochMs
}

/** What happened to accounts and at sign-in. Its rows outlive the users they are about. */
export interface AuditEventsTable {
  id: string
  created_at_ms: EpochMs
  event: AuditEvent
  /** The user it is about. */
  user_id: string | null
  /** Who did it, where that was someone else. */
  actor_id: string | null
  session_id: string | null
  client_id: string | null
  why: string | null
  what: string | null
  address: string | null
  user_agent: string | null
  /** The form in which its user reads it; null where it causes no notice. */
  notice: NoticeKind | null
}

/** Recent revocations; a row is kept for the longest life of an access token. */
export interface RevocationsTable {
  /**
   * PostgreSQL: the transaction that wrote it. SQLite: its place among all that were ever written.
   */
  change_number: Generated<number>
  id: string
  kind: 'session' | 'user' | 'client' | 'token' | 'everybody'
  /** The id of that session, user, client's registration or token; '' for everyone. */
  subject: string
  /** For a user: tokens with a lower version are refused. Null for the others. */
  token_version: number | null
  created_at_ms: EpochMs
}

export interface SigningKeysTable {
  kid: string
  alg: string
  state: 'next' | 'active' | 'retired'
  /** JSON. */
  public_jwk: string
  /** Encrypted under the master key: a copy of the database signs nothing. */
  private_encrypted: string
  created_at_ms: EpochMs
  state_changed_at_ms: EpochMs
}

/** The clients beside the built-in ones, which have no row. */
export interface OAuthClientsTable {
  /** As it names itself: the `client_id` of RFC 6749 §2.2. */
  client_id: string
  /** Random: a client that is removed and added again is another one, and old tokens stay refused. */
  registration_id: string
  name: string
  /** SHA-256 of a secret of 256 random bits, in base64url; null for a public client. */
  secret_hash: string | null
  /** Separated by spaces, as is `scope`. */
  grants: string
  scope: string
  first_party: Flag
  created_at_ms: EpochMs
}

/** How often something failed, and until when it may not be tried again. */
export interface ThrottleCountersTable {
  /** The pool and its subject: `account:<user id>`, `address:192.0.2.1`. */
  key: string
  failures: number
  /** So many of the failures are attempts that have not ended, … */
  pending: Generated<number>
  /** … or, after this, whose process ended before they did. */
  pending_until_ms: Generated<EpochMs>
  closed_until_ms: EpochMs
  /** When the row means nothing any more. */
  expires_at_ms: EpochMs
}

/**
 * Imports of users that have begun and not ended; a row is deleted with the last batch of its file.
 */
export interface UserImportsTable {
  /** SHA-256 of the file, in base64url. */
  digest: string
  /** How many of its accounts were added, or left out because their name was taken. */
  accounts_done: number
}

/** When each master key was the newest; nothing of the keys themselves. */
export interface MasterKeysTable {
  /** As it stands beside what the key protects. */
  key_id: string
  /**
   * When a server that makes everything with it started for the first time; 0 for the first of all.
   */
  newest_from_ms: EpochMs
  /** When such a server, which already listed a successor, was last stopped. */
  newest_up_to_ms: EpochMs | null
}

/** Mail that waits to be sent, and mail that could not be: a row is deleted once it is sent. */
export interface OutboxTable {
  id: string
  /** The message, or the request that becomes one. */
  kind: string
  /** Whom it is about; null where that is not looked up yet. No reference: it may outlive them. */
  user_id: string | null
  /** What is sent, under a derived key: it holds an address and links. Null once it has failed. */
  sealed: string | null
  created_at_ms: EpochMs
  /** Sent from then on; a node that sends it moves this to the end of its lease. */
  due_at_ms: EpochMs
  /** Not sent after this. */
  expires_at_ms: EpochMs
  attempts: Generated<number>
  /** Of the attempt in progress: only that one may settle it. */
  claim: Generated<string | null>
  failed_at_ms: Generated<EpochMs | null>
  /** Of the last attempt, in a word or a status code. */
  failure: Generated<string | null>
}

/** Links in mails; each opens one thing, once. */
export interface MailLinksTable {
  /** A keyed hash of the token in the link. */
  hash: string
  purpose: 'reset' | 'secure'
  user_id: string
  created_at_ms: EpochMs
  expires_at_ms: EpochMs
}

export type SigningKeyRow = Selectable<SigningKeysTable>
export type NewUser = Insertable<UsersTable>
export type NewSession = Insertable<SessionsTable>
