// The rules for a client that is being added: a name that fits, and grants that make sense together.

import { AppError, type FieldError } from '../../contract/app-error.ts'
import { fullNameProblem } from '../../contract/credential-rules.ts'
import { type GrantType, grantTypes } from '../../contract/oauth.ts'
import { formatScope, isMachineScope, machineScopes, type Scope } from '../../contract/scopes.ts'

export interface NewClient {
  id: string
  /** For people who read the list. */
  name: string
  isConfidential: boolean
  isFirstParty: boolean
  grants: readonly GrantType[]
  scopes: readonly Scope[]
}

/** Lower case, so that no two look alike, and nothing that Basic or a form would have to encode. */
export function clientIdProblem(id: string): string | undefined {
  if (/^[a-z0-9][a-z0-9._-]{1,62}[a-z0-9]$/.test(id)) return undefined
  return 'must be 3 to 64 lower-case letters, digits, dots, hyphens and underscores, and begin and end with a letter or a digit'
}

/** @throws AppError invalid_input naming everything that is wrong */
export function assertNewClient(client: NewClient): void {
  const rules: [path: string, problem: string | undefined][] = [
    ['id', clientIdProblem(client.id)],
    ['name', fullNameProblem(client.name)],
    ['grants', grantsProblem(client)],
    ['scopes', scopesProblem(client)],
  ]
  const fields: FieldError[] = rules.flatMap(([path, message]) =>
    message === undefined ? [] : [{ path, message }],
  )
  if (fields.length === 0) return
  const sentence = fields.map(({ path, message }) => `${path} ${message}`).join('; ')
  throw new AppError('invalid_input', sentence, { fields })
}

function grantsProblem({ grants, isFirstParty, isConfidential }: NewClient): string | undefined {
  if (grants.length === 0) return `must name one at least: ${grantTypes.join(', ')}`
  if (grants.includes('password') && !isFirstParty) {
    return 'may have password for a first-party client only, because the client sees the password'
  }
  if (grants.includes('refresh_token') && !grants.includes('password')) {
    return 'may have refresh_token beside password only, which gives the first one'
  }
  // RFC 6749 §4.4: a client without a secret cannot prove who it is.
  if (grants.includes('client_credentials') && !isConfidential) {
    return 'may have client_credentials for a confidential client only'
  }
  return undefined
}

function scopesProblem({ grants, scopes }: NewClient): string | undefined {
  if (scopes.length === 0) return 'must name one at least'
  if (!grants.includes('client_credentials')) return undefined
  const known = formatScope(machineScopes)
  if (!scopes.some(isMachineScope)) {
    return `must have one at least that a client can have without a user: ${known}`
  }
  if (!grants.includes('password') && !scopes.every(isMachineScope)) {
    return `must be those that a client can have without a user: ${known}`
  }
  return undefined
}
