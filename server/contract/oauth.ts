// The OAuth2 words that browser and server share: paths, clients, the token response.

export const oauthPaths = {
  token: '/token',
  revoke: '/revoke',
  introspect: '/introspect',
  serverMetadata: '/.well-known/oauth-authorization-server',
  resourceMetadata: '/.well-known/oauth-protected-resource',
  jwks: '/.well-known/jwks.json',
} as const

/**
 * The built-in clients, both public and first-party. `keycard-web` is assumed where none is named.
 */
export const builtInClientIds = { web: 'keycard-web', cli: 'keycard-cli' } as const

export function isBuiltInClient(clientId: string): boolean {
  return clientId === builtInClientIds.web || clientId === builtInClientIds.cli
}

/** What a client may trade for tokens: RFC 6749 §4.3, §6 and §4.4. */
export const grantTypes = ['password', 'refresh_token', 'client_credentials'] as const
export type GrantType = (typeof grantTypes)[number]

export function isGrantType(word: string): word is GrantType {
  return grantTypes.some((grant) => grant === word)
}

/** RFC 6749 §5.1. */
export interface TokenResponse {
  access_token: string
  token_type: 'bearer'
  /** In seconds: the token's exp − iat. */
  expires_in: number
  /** The granted scopes, separated by spaces. */
  scope: string
  /** Absent where the refresh token was set as the browser's HttpOnly cookie. */
  refresh_token?: string
}

/** What our own pages receive. */
export interface PageTokens extends TokenResponse {
  /** "Keep me signed in" was asked for. */
  persistent?: boolean
}

/** RFC 7662 §2.2. For an inactive token only `active` is answered, so that nothing leaks. */
export type IntrospectionResponse =
  | { active: false }
  | {
      active: true
      scope: string
      client_id: string
      /** Absent where the token belongs to no person. */
      username?: string
      token_type: 'Bearer'
      /** In epoch seconds. */
      exp: number
      iat: number
      sub: string
      aud: string
      iss: string
      jti: string
    }

/** RFC 6749 §5.2 and §4.1.2.1, RFC 8628 §3.5 for `slow_down`, RFC 6750 §3.1 for the bearer's two. */
export type OAuthErrorCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'slow_down'
  | 'temporarily_unavailable'
  | 'server_error'

/** `detail` repeats `error_description`, as FastAPI's clients read it. */
export interface OAuthErrorBody {
  error: OAuthErrorCode
  error_description: string
  detail: string
}
