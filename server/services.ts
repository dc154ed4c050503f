// The parts list: opens the database and builds every service once. All that the surfaces see of the rules.

import { sql } from 'kysely'
import { type Logger, pino } from 'pino'
import { type AccountDeletion, createAccountDeletion } from './auth/account/account-deletion.ts'
import { type Activity, createActivity } from './auth/account/activity.ts'
import { createDataExporter, type DataExporter } from './auth/account/data-export.ts'
import { createLiveStreams, type LiveStreams } from './auth/account/live-streams.ts'
import { createOtherAddresses, type OtherAddresses } from './auth/account/other-addresses.ts'
import { createOwnSessions, type OwnSessions } from './auth/account/own-sessions.ts'
import { createPasswordChange, type PasswordChange } from './auth/account/password-change.ts'
import { createProfileChange, type ProfileChange } from './auth/account/profile-change.ts'
import { createSecurityNotices, type SecurityNotices } from './auth/account/security-notices.ts'
import { createSessionList } from './auth/account/session-list.ts'
import { createSessionWatch, type SessionWatch } from './auth/account/session-watch.ts'
import { type AuditExporter, createAuditExporter } from './auth/admin/audit-export.ts'
import { type AuditReader, createAuditReader } from './auth/admin/audit-reader.ts'
import { createMasterKeyUses, type MasterKeyUses } from './auth/admin/master-key-use.ts'
import { createTokenReset, type TokenReset } from './auth/admin/restored-database.ts'
import {
  createUserAdministration,
  type UserAdministration,
} from './auth/admin/user-administration.ts'
import { createUserImports, type UserImports } from './auth/admin/user-imports.ts'
import { type AuditLog, createAuditLog } from './auth/audit/audit-log.ts'
import { purgeAuditLog } from './auth/audit/audit-retention.ts'
import { createEventCounts, type EventCounts } from './auth/audit/event-counts.ts'
import { createOperatorLog } from './auth/audit/operator-log.ts'
import { createClientRemoval } from './auth/clients/client-removal.ts'
import { type Clients, createClients } from './auth/clients/clients.ts'
import { createDeviceTokens, type DeviceTokens } from './auth/devices/device-tokens.ts'
import { createKnownDevices, type KnownDevices } from './auth/devices/known-devices.ts'
import { createKnownPlaces } from './auth/devices/known-places.ts'
import { createKeyRotation, type KeyRotation } from './auth/keys/key-rotation.ts'
import { loadSigningKeys, type SigningKeys } from './auth/keys/signing-keys.ts'
import { findPasswordProblem } from './auth/passwords/password-rules.ts'
import { createPasswords, type Passwords } from './auth/passwords/passwords.ts'
import { createMasterKeys, loadMasterKeyFile } from './auth/secrets/master-key.ts'
import { purgeSessions } from './auth/sessions/session-retention.ts'
import { createSessions, type Sessions } from './auth/sessions/sessions.ts'
import { createSignOut, type SignOut } from './auth/sessions/sign-out.ts'
import { createTokenLookup, type TokenLookup } from './auth/sessions/token-lookup.ts'
import {
  type ClientCredentialsGrant,
  createClientCredentialsGrant,
} from './auth/sign-in/grants/client-credentials.ts'
import { countRefreshes } from './auth/sign-in/grants/counted-refreshes.ts'
import { createPasswordGrant, type PasswordGrant } from './auth/sign-in/grants/password.ts'
import {
  createRefreshTokenGrant,
  type RefreshTokenGrant,
} from './auth/sign-in/grants/refresh-token.ts'
import { createStartSession, type StartSession } from './auth/sign-in/grants/start-session.ts'
import { createPasswordCheck } from './auth/sign-in/password-check.ts'
import { createReauthentication, type Reauthentication } from './auth/sign-in/reauthentication.ts'
import { createRegistration, type Registration } from './auth/sign-in/registration.ts'
import { createEnumerationThrottle } from './auth/throttle/enumeration-throttle.ts'
import { createLoginThrottle, type LoginThrottle } from './auth/throttle/login-throttle.ts'
import { createThrottleCounters } from './auth/throttle/throttle-counters.ts'
import { type AccessTokens, createAccessTokens } from './auth/tokens/access-tokens.ts'
import { createIdentities, type Identities } from './auth/tokens/identity.ts'
import { createRefreshTokens } from './auth/tokens/refresh-tokens.ts'
import { createRevocations, type Revocations } from './auth/tokens/revocations.ts'
import { rememberVerified } from './auth/tokens/verified-tokens.ts'
import type { PasswordRule } from './auth/users/account-rules.ts'
import { type Accounts, createAccounts } from './auth/users/accounts.ts'
import { ensureDemoAccounts, refuseDemoPasswords } from './auth/users/demo-accounts.ts'
import { createUserDirectory, type UserDirectory } from './auth/users/user-directory.ts'
import { upgradeSearchKeys } from './auth/users/user-search-upgrade.ts'
import { createUsers, type Users } from './auth/users/users.ts'
import type { Config } from './config.ts'
import { type ChangeFeed, createChangeFeed } from './db/changes/change-feed.ts'
import { type Clock, systemClock } from './db/clock.ts'
import type { Database } from './db/database.ts'
import { type ClockCheck, createClockCheck } from './db/health/clock-check.ts'
import { dateByNow } from './db/health/future-instants.ts'
import { createReadiness, type Readiness } from './db/health/readiness.ts'
import { explainDatabaseError, openDatabase } from './db/open.ts'
import { createFeatures, type FeatureServices, listUserData } from './services/compose-features.ts'

export interface Services extends FeatureServices {
  readonly config: Config
  readonly clock: Clock
  readonly logger: Logger
  readonly database: Database
  readonly changeFeed: ChangeFeed
  readonly checkReadiness: Readiness
  readonly checkClock: ClockCheck
  readonly eventCounts: EventCounts
  readonly clients: Clients
  readonly users: Users
  readonly accounts: Accounts
  readonly userDirectory: UserDirectory
  readonly userImports: UserImports
  readonly userAdministration: UserAdministration
  readonly passwords: Passwords
  readonly loginThrottle: LoginThrottle
  readonly sessions: Sessions
  readonly otherAddresses: OtherAddresses
  readonly ownSessions: OwnSessions
  readonly sessionWatch: SessionWatch
  readonly deviceTokens: DeviceTokens
  readonly knownDevices: KnownDevices
  readonly revocations: Revocations
  readonly signingKeys: SigningKeys
  readonly keyRotation: KeyRotation
  readonly masterKeyUses: MasterKeyUses
  readonly accessTokens: AccessTokens
  readonly identities: Identities
  readonly liveStreams: LiveStreams
  readonly tokenLookup: TokenLookup
  readonly auditLog: AuditLog
  readonly auditReader: AuditReader
  readonly exportAuditLog: AuditExporter
  readonly activity: Activity
  readonly reauthentication: Reauthentication
  readonly startSession: StartSession
  readonly passwordGrant: PasswordGrant
  readonly refreshTokenGrant: RefreshTokenGrant
  readonly clientCredentialsGrant: ClientCredentialsGrant
  readonly signOut: SignOut
  readonly register: Registration
  readonly changeProfile: ProfileChange
  readonly changePassword: PasswordChange
  readonly deleteAccount: AccountDeletion
  readonly exportData: DataExporter
  readonly securityNotices: SecurityNotices
  readonly resetTokens: TokenReset
  close(): Promise<void>
}

export interface ServicesOptions {
  /** Replaced by tests; everything else is real. */
  clock?: Clock
  logger?: Logger
  /** As `patience` of `openDatabase`. */
  databasePatience?: number
  /** In place of the setting, and lower than it may be; the setting by default. */
  bcryptCost?: number | undefined
  /** False for the command line, which makes no demo accounts and no keys, and checks neither. */
  serving?: boolean
  /** In milliseconds; 1,000 by default. How often an unknown `kid` may make us ask the database. */
  unknownKidCooldownMs?: number
}

/** @throws StartError where the database, the keys or the accounts do not allow a start */
export async function createServices(
  config: Config,
  options: ServicesOptions = {},
): Promise<Services> {
  const { serving = true } = options
  const { logger = createLogger(config, serving) } = options
  const { unknownKidCooldownMs } = options
  const warn = (sentence: string) => logger.warn(sentence)
  const keys =
    config.masterKeys.length > 0 ? config.masterKeys : loadMasterKeyFile(config.dataDir, warn)
  const masterKeys = createMasterKeys(keys)
  const place = { url: config.databaseUrl ?? undefined, dataDir: config.dataDir }
  const database = await openDatabase({ ...place, patience: options.databasePatience })
  // All nodes go by the database's clock; a test sets its own.
  const clock = options.clock ?? database.clock
  const machineClock = options.clock ?? systemClock
  const nowMs = () => (options.clock ? sql.lit(options.clock.now()) : database.nowMs)
  const passwords = createPasswords({
    cost: options.bcryptCost ?? config.bcryptCost,
    ...(options.bcryptCost !== undefined && { lowestCost: options.bcryptCost }),
    peppers: masterKeys.derive('password-pepper'),
  })
  const eventCounts = createEventCounts()
  const auditLog = createAuditLog({ database, clock, logger, eventCounts })
  const masterKeyUses = createMasterKeyUses({
    database,
    masterKeys,
    clock,
    allowLost: config.allowLostMasterKey,
    warn,
  })
  let feed: ChangeFeed | undefined
  async function close(): Promise<void> {
    feed?.close()
    await passwords.close()
    await database.close()
  }
  async function end(): Promise<void> {
    if (serving) {
      await masterKeyUses
        .noteEnd()
        .catch((error) => logger.warn({ err: error }, 'the end could not be noted'))
    }
    await close()
  }
  try {
    if (serving) await masterKeyUses.requireAll()
    const onError = (error: unknown) => logger.error({ err: error }, 'changes could not be read')
    feed = createChangeFeed({
      database,
      clock,
      onError,
      distrustsClock: options.clock === undefined,
    })
    const { accessTokenLifetimeSeconds } = config
    const followerParts = { database, clock, feed, accessTokenLifetimeSeconds }
    const revocations = await createRevocations({ ...followerParts, nowMs })
    const signingKeys = await loadSigningKeys(config.signing, {
      ...followerParts,
      masterKeys,
      serving,
      dropsUnreadable: config.allowLostMasterKey,
      onUnreadableKey: (error, kid) =>
        logger.error({ err: error, kid }, 'a signing key cannot be read'),
      ...(unknownKidCooldownMs === undefined ? {} : { unknownKidCooldownMs }),
    })
    if (serving) await dateByNow({ database, nowMs, feed })
    purgeAuditLog({ database, clock, feed, keepDays: config.auditLogDays })
    purgeSessions({ database, clock, feed, keepDays: config.auditLogDays })
    upgradeSearchKeys({ database, feed, serving })
    const accessTokens = rememberVerified({
      accessTokens: createAccessTokens({
        signingKeys,
        clock,
        issuer: config.publicUrl,
        lifetimeSeconds: accessTokenLifetimeSeconds,
        issueFrom: revocations.believedFrom,
      }),
      signingKeys,
      clock,
      feed,
    })
    const refreshTokens = createRefreshTokens(masterKeys)
    const knownDevices = createKnownDevices({ database, clock })
    const knownPlaces = createKnownPlaces({ database, clock, masterKeys })
    const forgetKnown = (userId: string) => [
      knownDevices.forgetAll(userId),
      knownPlaces.forgetAll(userId),
    ]
    const sessions = createSessions({
      database,
      refreshTokens,
      knownDevices,
      knownPlaces,
      revocations,
      clock,
      nowMs,
      changeFeed: feed,
      onChange: () => void sessionWatch.look(),
      auditLog,
    })
    const users = createUsers({ database, clock })
    const auditReader = createAuditReader({ database, users })
    const passwordProblem: PasswordRule = (password, account) =>
      findPasswordProblem(password, { ...account, minLength: config.passwordMinLength })
    const accounts = createAccounts({ users, passwords, passwordProblem })
    const identities = createIdentities({ accessTokens, revocations, changeFeed: feed })
    const removal = createClientRemoval({ database, revocations, sessions, auditLog, feed })
    const clients = createClients({ database, removal, clock })
    const readList = createSessionList({ sessions, clients })
    const sessionWatch = createSessionWatch({ database, clock, feed, readList, onError })
    const signOut = createSignOut({ refreshTokens, sessions, revocations, auditLog })
    const throttleCounters = createThrottleCounters({ database, nowMs })
    feed.follow({ purge: throttleCounters.purge })
    const loginThrottle = createLoginThrottle({
      counters: throttleCounters,
      masterKeys,
      knownDevices,
      knownPlaces,
      failuresPerAddress: config.failuresPerAddress,
    })
    const checkPassword = createPasswordCheck({ users, passwords, loginThrottle, auditLog })
    const reauthentication = createReauthentication({
      database,
      nowMs,
      users,
      checkPassword,
      auditLog,
    })
    const features = createFeatures({ config, database, clock, feed, onError, logger })
    const featureData = listUserData(features)
    const keyRotation = createKeyRotation({
      algorithm: config.signing.algorithm,
      database,
      masterKeys,
      clock,
      signingKeys,
    })
    const startSession = createStartSession({
      users,
      clients,
      sessions,
      forgetKnown,
      accessTokens,
      auditLog,
    })

    if (serving && config.demoAccounts) await ensureDemoAccounts({ users, passwords })
    if (serving && config.production) await refuseDemoPasswords({ users, passwords })
    if (serving) await masterKeyUses.noteStart()

    return {
      config,
      clock,
      logger,
      database,
      changeFeed: feed,
      checkReadiness: createReadiness({ database, changeFeed: feed, machineClock }),
      checkClock: createClockCheck({ database, machineClock }),
      eventCounts,
      clients,
      users,
      accounts,
      userDirectory: createUserDirectory({ database, clock }),
      userImports: createUserImports({ database, users, passwords, auditLog }),
      userAdministration: createUserAdministration({
        database,
        users,
        accounts,
        sessions,
        revocations,
        loginThrottle,
        forgetKnown,
        auditLog,
        clock,
      }),
      passwords,
      loginThrottle,
      sessions,
      otherAddresses: createOtherAddresses({ publicUrl: config.publicUrl, logger }),
      ownSessions: createOwnSessions({
        sessions,
        readList,
        sessionWatch,
        knownDevices,
        signOut,
        auditLog,
      }),
      sessionWatch,
      deviceTokens: createDeviceTokens(masterKeys),
      knownDevices,
      revocations,
      signingKeys,
      keyRotation,
      masterKeyUses,
      accessTokens,
      identities,
      liveStreams: createLiveStreams({ revocations, clock }),
      tokenLookup: createTokenLookup({ identities, refreshTokens, sessions }),
      auditLog,
      auditReader,
      exportAuditLog: createAuditExporter({ auditReader, auditLog }),
      activity: createActivity(database),
      reauthentication,
      startSession,
      passwordGrant: createPasswordGrant({
        enabled: config.passwordGrant,
        checkPassword,
        startSession,
      }),
      refreshTokenGrant: countRefreshes(
        createRefreshTokenGrant({ users, clients, sessions, accessTokens }),
        eventCounts,
      ),
      clientCredentialsGrant: createClientCredentialsGrant({ clients, accessTokens, auditLog }),
      signOut,
      register: createRegistration({
        enabled: config.registration,
        accounts,
        loginThrottle,
        startSession,
        auditLog,
      }),
      changeProfile: createProfileChange({
        database,
        clock,
        users,
        reauthentication,
        enumerationThrottle: createEnumerationThrottle({
          counters: throttleCounters,
          failuresPerAddress: config.failuresPerAddress,
        }),
        auditLog,
      }),
      changePassword: createPasswordChange({
        database,
        clock,
        users,
        sessions,
        passwords,
        passwordProblem,
        reauthentication,
        knownDevices,
        forgetKnown,
        auditLog,
      }),
      deleteAccount: createAccountDeletion({
        database,
        clock,
        feed,
        users,
        revocations,
        reauthentication,
        auditLog,
        featureData: Object.values(featureData),
      }),
      exportData: createDataExporter({
        database,
        clock,
        masterKeys,
        reauthentication,
        auditLog,
        featureData,
      }),
      securityNotices: createSecurityNotices({ database, clock }),
      resetTokens: createTokenReset({ keyRotation, sessions, auditLog }),
      ...features,
      close: end,
    }
  } catch (error) {
    await close()
    throw await explainDatabaseError(error, place)
  }
}

/**
 * A command's output is its own: only errors are logged beside it, and its acts are in the audit
 * log.
 */
function createLogger({ logLevel }: Config, serving: boolean): Logger {
  if (serving) return createOperatorLog(logLevel)
  return createOperatorLog(logLevel === 'silent' ? 'silent' : 'error', pino.destination(2))
}
