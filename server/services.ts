// Opens the database and builds every service once: the order, and all that the surfaces see of the rules.

import type { MasterKeyUses } from './auth/admin/master-key-use.ts'
import type { Config } from './config.ts'
import { explainDatabaseError } from './db/open.ts'
import {
  createFeatures,
  type FeatureServices,
  type FeatureUserData,
  listUserData,
} from './services/compose-features.ts'
import { type Account, createAccount } from './services/parts/account.ts'
import {
  type Administration,
  createAdministration,
  watchMasterKey,
} from './services/parts/administration.ts'
import { type Changes, openChangeFeed } from './services/parts/change-feed.ts'
import {
  type Foundation,
  openFoundation,
  type ServicesOptions,
} from './services/parts/foundation.ts'
import { startHousekeeping } from './services/parts/housekeeping.ts'
import { type Keys, loadKeys } from './services/parts/keys.ts'
import { createMail, type Mail } from './services/parts/mail.ts'
import { type MailServices, startMail } from './services/parts/mail-delivery.ts'
import { createSessionServices, type SessionServices } from './services/parts/sessions.ts'
import { createSignIn, type SignIn } from './services/parts/sign-in.ts'
import { createThrottle, type Throttle } from './services/parts/throttle.ts'
import { createTokens, type Tokens } from './services/parts/tokens.ts'
import { checkDemoAccounts, createUserServices, type UserServices } from './services/parts/users.ts'

/** What the surfaces read: HTTP, OAuth, tRPC, the command line, and an app that Keycard is in. */
export interface Services
  extends FeatureServices,
    Pick<Foundation, 'config' | 'clock' | 'logger' | 'database' | 'passwords' | 'eventCounts'>,
    Pick<Foundation, 'auditLog'>,
    Changes,
    Pick<Keys, 'signingKeys' | 'keyRotation'>,
    Pick<Tokens, 'identities' | 'deviceTokens'>,
    SessionServices,
    Pick<UserServices, 'users' | 'userDirectory'>,
    Omit<SignIn, 'startSession' | 'relyingParty' | 'challenges'>,
    Administration,
    Omit<Account<FeatureUserData>, 'deleteUser'>,
    Pick<Throttle, 'readDevices' | 'forgetDevice'>,
    Pick<Mail, 'outbox' | 'mailbox'>,
    MailServices {
  readonly masterKeyUses: MasterKeyUses
  /** The change feed first, then what hashes passwords, the database last: each may use the next. */
  close(): Promise<void>
}

/** With the parts that no surface reads: the tests of the rules do. */
export interface AllServices
  extends Services,
    Pick<Keys, 'revocations'>,
    Pick<Tokens, 'accessTokens'>,
    Pick<Throttle, 'loginThrottle' | 'knownDevices'>,
    Pick<UserServices, 'accounts'>,
    Pick<SignIn, 'startSession'> {}

/**
 * Each step needs only what stands before it: a part that is given a later one does not compile.
 * @throws StartError where the database, the keys or the accounts do not allow a start
 */
export async function createServices(
  config: Config,
  options: ServicesOptions = {},
): Promise<AllServices> {
  const foundation = await openFoundation(config, options)
  const { serving, logger, database, place, passwords, onError } = foundation
  const masterKeyUses = watchMasterKey(foundation)
  let changes: Changes | undefined
  let mailDelivery: MailServices['mailDelivery']
  async function close(): Promise<void> {
    await mailDelivery?.close()
    changes?.changeFeed.close()
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
    // Before anything is read that another master key could not decrypt.
    if (serving) await masterKeyUses.requireAll()
    changes = openChangeFeed(foundation)
    const base = { ...foundation, ...changes }
    // Before tokens: a node that does not know what is revoked must not accept any.
    const keys = await loadKeys(base, options)
    await startHousekeeping(base)
    const tokens = createTokens({ ...base, ...keys })
    const throttle = createThrottle(base)
    const mail = createMail(base)
    const sessions = createSessionServices({ ...base, ...keys, ...tokens, ...throttle })
    const users = createUserServices({ ...base, ...mail })
    const rules = { ...base, ...keys, ...tokens, ...throttle, ...mail, ...sessions, ...users }
    const signIn = createSignIn(rules)
    const { clock, changeFeed: feed } = base
    const features = createFeatures({ config, database, clock, feed, onError, logger })
    const account = createAccount({ ...rules, ...signIn }, listUserData(features))
    const administration = createAdministration({ ...rules, deleteUser: account.deleteUser })
    await checkDemoAccounts(rules)
    const mailServices = startMail(rules)
    mailDelivery = mailServices.mailDelivery
    // Last: a start that fails is not noted.
    if (serving) await masterKeyUses.noteStart()
    return {
      config,
      clock,
      logger,
      database,
      passwords,
      eventCounts: foundation.eventCounts,
      auditLog: foundation.auditLog,
      ...changes,
      ...keys,
      ...tokens,
      ...throttle,
      ...sessions,
      ...users,
      ...signIn,
      ...account,
      ...administration,
      ...mail,
      ...mailServices,
      ...features,
      masterKeyUses,
      close: end,
    }
  } catch (error) {
    await close()
    throw await explainDatabaseError(error, place)
  }
}
