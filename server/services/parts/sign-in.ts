// The ways in: the check of a password, the grants, registration.

import { createChallenges } from '../../auth/passkeys/challenges.ts'
import { createPasskeyCheck } from '../../auth/passkeys/passkey-check.ts'
import { describeRelyingParty } from '../../auth/passkeys/relying-party.ts'
import { createClientCredentialsGrant } from '../../auth/sign-in/grants/client-credentials.ts'
import { countRefreshes } from '../../auth/sign-in/grants/counted-refreshes.ts'
import { createPasskeyGrant } from '../../auth/sign-in/grants/passkey.ts'
import { createPasswordGrant } from '../../auth/sign-in/grants/password.ts'
import { createRefreshTokenGrant } from '../../auth/sign-in/grants/refresh-token.ts'
import { createStartSession } from '../../auth/sign-in/grants/start-session.ts'
import { createPasswordCheck } from '../../auth/sign-in/password-check.ts'
import { createReauthentication } from '../../auth/sign-in/reauthentication.ts'
import { createRegistration } from '../../auth/sign-in/registration.ts'
import type { Changes } from './change-feed.ts'
import type { Foundation } from './foundation.ts'
import type { Mail } from './mail.ts'
import type { SessionServices } from './sessions.ts'
import type { Throttle } from './throttle.ts'
import type { Tokens } from './tokens.ts'
import type { UserServices } from './users.ts'

export type SignIn = ReturnType<typeof createSignIn>

export function createSignIn(
  deps: Foundation & Changes & Tokens & Throttle & Mail & SessionServices & UserServices,
) {
  const { config, masterKeys, database, clock, nowMs, passwords, eventCounts, auditLog } = deps
  const {
    changeFeed,
    accessTokens,
    loginThrottle,
    forgetKnown,
    mailNotices,
    sessions,
    clients,
    users,
    accounts,
  } = deps
  const checkPassword = createPasswordCheck({
    database,
    users,
    passwords,
    loginThrottle,
    mailNotices,
    auditLog,
  })
  const startSession = createStartSession({
    users,
    clients,
    sessions,
    forgetKnown,
    accessTokens,
    mailNotices,
    auditLog,
  })
  const relyingParty = describeRelyingParty(config.publicUrl)
  const challenges = createChallenges({ database, clock, nowMs, masterKeys })
  changeFeed.follow({ purge: challenges.purge })
  const passkeyCheck = createPasskeyCheck({
    database,
    clock,
    users,
    relyingParty,
    challenges,
    auditLog,
  })
  const reauthentication = createReauthentication({
    database,
    nowMs,
    users,
    checkPassword,
    passkeyCheck,
    auditLog,
  })
  return {
    relyingParty,
    challenges,
    startSession,
    reauthentication,
    passkeyCheck,
    passkeyGrant: createPasskeyGrant({ passkeyCheck, startSession }),
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
    register: createRegistration({
      enabled: config.registration,
      accounts,
      loginThrottle,
      startSession,
      auditLog,
    }),
  }
}
