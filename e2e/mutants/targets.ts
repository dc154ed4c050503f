// What the mutation run breaks, and which tests have to see it.

/** Files of a folder without `.ts`, each with the names of its tests; the likeliest to fail first. */
type Room = Record<string, string>

const rooms: Record<string, Room> = {
  'server/auth': {
    // Tokens
    'access-tokens': 'auth/access-tokens auth/verified-tokens',
    'verified-tokens': 'auth/verified-tokens',
    'refresh-tokens': 'auth/refresh-tokens',
    'device-tokens': 'auth/device-tokens',
    identity: 'auth/identity auth/token-lookup auth/clients',
    'token-lookup': 'auth/token-lookup oauth/revoke',
    // Sessions
    sessions: 'auth/sessions auth/known-devices trpc/sessions',
    'session-rows': 'auth/sessions auth/session-endings trpc/sessions',
    'session-rotation': 'auth/sessions',
    'session-replays': 'auth/sessions http/lost-replies',
    'replay-verdict': 'auth/replay-verdict',
    'session-endings': 'auth/session-endings auth/sessions',
    'sign-out': 'auth/sign-out oauth/revoke auth/told-events auth/audit-entries',
    'own-sessions': 'trpc/sessions auth/audit-entries auth/told-events',
    revocations: 'auth/revocations auth/session-endings',
    // The throttle
    'login-throttle': 'auth/login-throttle',
    'throttle-claims': 'auth/login-throttle',
    'throttle-counters': 'auth/login-throttle',
    'enumeration-throttle': 'auth/enumeration-throttle',
    'address-pool': 'auth/address-pool',
    'known-devices': 'auth/known-devices auth/login-throttle',
    'known-places': 'auth/known-places auth/login-throttle',
    'fair-queue': 'auth/fair-queue',
    // Passwords and accounts
    passwords: 'auth/passwords',
    'password-check': 'auth/password-check http/throttle oauth/token',
    'password-change': 'auth/password-change auth/told-events',
    'profile-change': 'auth/profile-change auth/told-events',
    reauthentication: 'auth/reauthentication auth/told-events',
    accounts: 'auth/accounts auth/registration auth/user-administration',
    registration: 'auth/registration auth/told-events',
    'account-change': 'auth/user-administration auth/told-events',
    'user-administration': 'auth/user-administration auth/told-events',
  },
  'server/auth/grants': {
    password: 'oauth/token auth/clients',
    'refresh-token': 'auth/grants/start-session auth/clients oauth/token',
    'client-credentials': 'auth/clients oauth/token',
    'start-session': 'auth/grants/start-session auth/clients auth/told-events',
  },
  'server/oauth': {
    'client-credentials': 'auth/clients oauth/token',
    endpoint: 'oauth/revoke http/challenges http/request-origin auth/clients',
    'form-body': 'oauth/form-body oauth/token',
    introspect: 'oauth/introspect http/challenges',
    'oauth-error': 'oauth/oauth-error oauth/token',
    revoke: 'oauth/revoke',
    token: 'oauth/token',
  },
  'server/http': {
    'require-token': 'http/require-token http/challenges',
    'http-error': 'http/http-error http/rest',
    'client-address': 'http/client-address http/request-origin',
    'plain-calls': 'http/trpc-protocol trpc/router',
    'answer-plain-calls': 'http/trpc-protocol trpc/router',
    trpc: 'trpc/router http/trpc-protocol http/hostile-input',
    rest: 'http/rest http/challenges',
    'rest-input': 'http/rest http/rest-hostile',
    'json-body': 'http/json-body http/rest',
    'query-string': 'http/rest http/hostile-input',
    'login-form': 'http/login-form',
    'lost-cookie': 'http/lost-cookie',
  },
  'server/contract': {
    'request-origin': 'http/request-origin trpc/other-address',
  },
  'server/trpc': {
    'browser-cookie': 'trpc/browser-cookie trpc/auth',
    'device-cookie': 'trpc/auth http/throttle',
    'refresh-cookie': 'trpc/auth',
    procedures: 'trpc/router',
    'trpc-error': 'trpc/trpc-error trpc/router',
  },
}

export interface Target {
  file: string
  /** In the order in which they are asked. */
  guards: readonly string[]
}

export const targets: readonly Target[] = Object.entries(rooms).flatMap(([folder, room]) =>
  Object.entries(room).map(([name, guards]) => ({
    file: `${folder}/${name}.ts`,
    guards: guards.split(' ').map((guard) => `server/${guard}.test.ts`),
  })),
)
