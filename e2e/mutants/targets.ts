// What the mutation run breaks, and which tests must notice.

/** Files of a folder without `.ts`, each with the names of its tests; the likeliest to fail first. */
type Room = Record<string, string>

const rooms: Record<string, Room> = {
  'server/auth/tokens': {
    'access-tokens': 'auth/tokens/access-tokens auth/tokens/verified-tokens',
    'verified-tokens': 'auth/tokens/verified-tokens',
    'refresh-tokens': 'auth/tokens/refresh-tokens',
    identity: 'auth/tokens/identity auth/sessions/token-lookup auth/clients/clients',
    revocations: 'auth/tokens/revocations auth/sessions/session-endings',
  },
  'server/auth/devices': {
    'device-tokens': 'auth/devices/device-tokens',
    'address-pool': 'auth/devices/address-pool',
    'known-devices': 'auth/devices/known-devices auth/throttle/login-throttle',
    'known-places': 'auth/devices/known-places auth/throttle/login-throttle',
  },
  'server/auth/sessions': {
    'token-lookup': 'auth/sessions/token-lookup oauth/revoke',
    sessions: 'auth/sessions/sessions auth/devices/known-devices trpc/sessions',
    'session-rows': 'auth/sessions/sessions auth/sessions/session-endings trpc/sessions',
    'session-rotation': 'auth/sessions/sessions',
    'session-replays': 'auth/sessions/sessions http/lost-replies',
    'replay-verdict': 'auth/sessions/replay-verdict',
    'session-endings': 'auth/sessions/session-endings auth/sessions/sessions',
    'sign-out':
      'auth/sessions/sign-out oauth/revoke auth/audit/reported-events auth/audit/audit-entries',
    'account-change': 'auth/admin/user-administration auth/audit/reported-events',
  },
  'server/auth/account': {
    'own-sessions': 'trpc/sessions auth/audit/audit-entries auth/audit/reported-events',
    'password-change': 'auth/account/password-change auth/audit/reported-events',
    'profile-change': 'auth/account/profile-change auth/audit/reported-events',
  },
  'server/auth/throttle': {
    'login-throttle': 'auth/throttle/login-throttle',
    'throttle-claims': 'auth/throttle/login-throttle',
    'throttle-counters': 'auth/throttle/login-throttle',
    'enumeration-throttle': 'auth/throttle/enumeration-throttle',
  },
  'server/auth/passwords': {
    'fair-queue': 'auth/passwords/fair-queue',
    passwords: 'auth/passwords/passwords',
    'imported-hashes': 'auth/passwords/passwords',
    'stored-password': 'auth/passwords/passwords',
  },
  'server/auth/sign-in': {
    'password-check': 'auth/sign-in/password-check http/throttle oauth/token',
    reauthentication: 'auth/sign-in/reauthentication auth/audit/reported-events',
    registration: 'auth/sign-in/registration auth/audit/reported-events',
  },
  'server/auth/users': {
    accounts: 'auth/users/accounts auth/sign-in/registration auth/admin/user-administration',
  },
  'server/auth/admin': {
    'user-administration': 'auth/admin/user-administration auth/audit/reported-events',
  },
  'server/auth/sign-in/grants': {
    password: 'oauth/token auth/clients/clients',
    'refresh-token': 'auth/sign-in/grants/start-session auth/clients/clients oauth/token',
    'client-credentials': 'auth/clients/clients oauth/token',
    'start-session':
      'auth/sign-in/grants/start-session auth/clients/clients auth/audit/reported-events',
  },
  'server/oauth': {
    'client-credentials': 'auth/clients/clients oauth/token',
    endpoint: 'oauth/revoke http/challenges web/request-origin auth/clients/clients',
    introspect: 'oauth/introspect http/challenges',
    'oauth-error': 'oauth/oauth-error oauth/token',
    revoke: 'oauth/revoke',
    token: 'oauth/token',
  },
  'server/web': {
    'form-body': 'web/form-body oauth/token',
    'require-token': 'web/require-token http/challenges',
    'client-address': 'web/client-address web/request-origin',
    'json-body': 'web/json-body http/rest/rest',
    'query-string': 'http/rest/rest http/hostile-input',
    'request-origin': 'web/request-origin trpc/other-address',
    'browser-cookie': 'web/browser-cookie trpc/auth',
    'device-cookie': 'trpc/auth http/throttle',
    'refresh-cookie': 'trpc/auth',
  },
  'server/http/refusals': {
    'http-error': 'http/refusals/http-error http/rest/rest',
  },
  'server/http/trpc': {
    'plain-calls': 'http/trpc/trpc-protocol trpc/router',
    'answer-plain-calls': 'http/trpc/trpc-protocol trpc/router',
    trpc: 'trpc/router http/trpc/trpc-protocol http/hostile-input',
  },
  'server/http/rest': {
    rest: 'http/rest/rest http/challenges',
    'rest-input': 'http/rest/rest http/rest/rest-hostile',
  },
  'server/http/pages': {
    'login-form': 'http/pages/login-form',
    'lost-cookie': 'http/pages/lost-cookie',
  },
  'server/trpc': {
    procedures: 'trpc/router',
    'trpc-error': 'trpc/trpc-error trpc/router',
  },
}

export interface Target {
  file: string
  /** In the order in which they run. */
  guards: readonly string[]
}

export const targets: readonly Target[] = Object.entries(rooms).flatMap(([folder, room]) =>
  Object.entries(room).map(([name, guards]) => ({
    file: `${folder}/${name}.ts`,
    guards: guards.split(' ').map((guard) => `server/${guard}.test.ts`),
  })),
)
