// How a token is obtained and sent, as OpenAPI describes it, and what each operation requires of it.

import { oauthPaths } from '../../contract/oauth.ts'
import { type Scope, scopeCatalogue } from '../../contract/scopes.ts'

/** `components.securitySchemes`. */
export function describeSecuritySchemes(passwordGrant: boolean) {
  const password = { tokenUrl: oauthPaths.token, refreshUrl: oauthPaths.token }
  return {
    ...(passwordGrant && {
      OAuth2PasswordBearer: {
        type: 'oauth2',
        flows: { password: { ...password, scopes: scopeCatalogue } },
      },
    }),
    HTTPBearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
  }
}

/** One of the schemes is enough. Only OAuth2 has scopes; a plain bearer scheme lists none. */
export function describeSecurity(passwordGrant: boolean, scopes: readonly Scope[]) {
  return [...(passwordGrant ? [{ OAuth2PasswordBearer: scopes }] : []), { HTTPBearer: [] }]
}

export function describeScopes(scopes: readonly Scope[]): string {
  if (scopes.length === 0) return 'Any token of a user opens it.'
  const words = scopes.map((scope) => `\`${scope}\``).join(' and ')
  return `The token needs ${words}: ${scopes.map((scope) => scopeCatalogue[scope]).join(' ')}`
}
