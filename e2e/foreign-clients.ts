// Client libraries that are not ours, each behind the same few verbs, as an app would use them.

import { OAuth2Client, OAuth2HttpError } from '@badgateway/oauth2-client'
import * as oauth from 'oauth4webapi'
import * as openid from 'openid-client'
import { ResourceOwnerPassword } from 'simple-oauth2'

export interface ForeignTokens {
  accessToken: string
  refreshToken: string
  scope: string
}

/** Each verb rejects with what the library throws. */
export interface ForeignClient {
  name: string
  signIn(username: string, password: string, scope?: string): Promise<ForeignTokens>
  refresh(tokens: ForeignTokens, scope?: string): Promise<ForeignTokens>
  /** Given the address of the revocation endpoint. */
  revoke(tokens: ForeignTokens, endpoint: string): Promise<void>
  /** How the library reports the OAuth error: the code of RFC 6749 §5.2. */
  readError(error: unknown): unknown
}

const clientId = 'keycard-cli'

export const foreignClients: ((url: string) => ForeignClient)[] = [
  openOauth4webapi,
  openOpenidClient,
  openSimpleOauth2,
  openBadgateway,
]

function openOauth4webapi(url: string): ForeignClient {
  const server = { issuer: url, token_endpoint: `${url}/token` }
  const client = { client_id: clientId }
  // The library requires https; a server on this machine has none.
  const options = { [oauth.allowInsecureRequests]: true }
  return {
    name: 'oauth4webapi',
    async signIn(username, password, scope = '') {
      const fields = { username, password, scope }
      const answer = await oauth.genericTokenEndpointRequest(
        server,
        client,
        oauth.None(),
        'password',
        fields,
        options,
      )
      return readTokens(await oauth.processGenericTokenEndpointResponse(server, client, answer))
    },
    async refresh({ refreshToken }, scope) {
      const answer = await oauth.refreshTokenGrantRequest(
        server,
        client,
        oauth.None(),
        refreshToken,
        { ...options, ...(scope !== undefined && { additionalParameters: { scope } }) },
      )
      return readTokens(await oauth.processRefreshTokenResponse(server, client, answer))
    },
    async revoke({ refreshToken }, endpoint) {
      const answer = await oauth.revocationRequest(
        { ...server, revocation_endpoint: endpoint },
        client,
        oauth.None(),
        refreshToken,
        options,
      )
      await oauth.processRevocationResponse(answer)
    },
    readError: (error) => error instanceof oauth.ResponseBodyError && error.error,
  }
}

function openOpenidClient(url: string): ForeignClient {
  const configure = (more: Partial<openid.ServerMetadata> = {}) => {
    const server = { issuer: url, token_endpoint: `${url}/token`, ...more }
    const config = new openid.Configuration(server, clientId, undefined, openid.None())
    openid.allowInsecureRequests(config)
    return config
  }
  return {
    name: 'openid-client',
    async signIn(username, password, scope = '') {
      const fields = { username, password, scope }
      return readTokens(await openid.genericGrantRequest(configure(), 'password', fields))
    },
    async refresh({ refreshToken }, scope) {
      const more = scope === undefined ? {} : { scope }
      return readTokens(await openid.refreshTokenGrant(configure(), refreshToken, more))
    },
    revoke: ({ refreshToken }, endpoint) =>
      openid.tokenRevocation(configure({ revocation_endpoint: endpoint }), refreshToken),
    readError: (error) => error instanceof openid.ResponseBodyError && error.error,
  }
}

function openSimpleOauth2(url: string): ForeignClient {
  const configure = (revokePath = '/revoke') =>
    new ResourceOwnerPassword({
      // It has no notion of a public client: the empty secret counts as none.
      client: { id: clientId, secret: '' },
      auth: { tokenHost: url, tokenPath: '/token', revokePath },
      options: { authorizationMethod: 'body' },
    })
  const recall = ({ accessToken, refreshToken }: ForeignTokens, revokePath?: string) =>
    configure(revokePath).createToken({ access_token: accessToken, refresh_token: refreshToken })
  return {
    name: 'simple-oauth2',
    async signIn(username, password, scope = '') {
      const { token } = await configure().getToken({ username, password, scope })
      return readTokens(token)
    },
    async refresh(tokens, scope) {
      const { token } = await recall(tokens).refresh(scope === undefined ? {} : { scope })
      return readTokens(token)
    },
    revoke: (tokens, endpoint) =>
      recall(tokens, new URL(endpoint).pathname).revoke('refresh_token'),
    // The library passes the answer on unchanged.
    readError: (error) =>
      (error as { data?: { payload?: { error?: unknown } } }).data?.payload?.error,
  }
}

function openBadgateway(url: string): ForeignClient {
  const configure = (more: { revocationEndpoint?: string } = {}) =>
    new OAuth2Client({ server: url, clientId, tokenEndpoint: '/token', ...more })
  const recall = ({ accessToken, refreshToken }: ForeignTokens) => ({
    accessToken,
    refreshToken,
    expiresAt: null,
  })
  const readOwn = (tokens: Awaited<ReturnType<OAuth2Client['password']>>): ForeignTokens => ({
    accessToken: tokens.accessToken,
    refreshToken: tokens.refreshToken ?? '',
    scope: tokens.scope?.join(' ') ?? '',
  })
  const split = (scope: string | undefined) => (scope === undefined ? {} : { scope: [scope] })
  return {
    name: '@badgateway/oauth2-client',
    signIn: async (username, password, scope) =>
      readOwn(await configure().password({ username, password, ...split(scope) })),
    refresh: async (tokens, scope) =>
      readOwn(await configure().refreshToken(recall(tokens), split(scope))),
    revoke: (tokens, endpoint) =>
      configure({ revocationEndpoint: endpoint }).revoke(recall(tokens), 'refresh_token'),
    readError: (error) => error instanceof OAuth2HttpError && error.oauth2Code,
  }
}

function readTokens(answer: object): ForeignTokens {
  const { access_token, refresh_token, scope } = answer as Record<string, unknown>
  return {
    accessToken: String(access_token),
    refreshToken: String(refresh_token),
    scope: String(scope),
  }
}
