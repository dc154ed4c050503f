// The catalogue of scopes: what a token may access, each with a sentence a person can read.

import { AppError } from './app-error.ts'
import type { Feature } from './feature.ts'
import * as features from './features.ts'

type Features = typeof features
type FeatureScope = {
  [Name in keyof Features]:
    | keyof Features[Name]['scopes']
    | (Features[Name] extends { adminScopes: infer AdminScopes } ? keyof AdminScopes : never)
}[keyof Features]

const listed = Object.values<Feature>(features)
const scopesOfFeatures: Record<FeatureScope, string> = Object.assign(
  {},
  ...listed.map(({ scopes, adminScopes }) => ({ ...scopes, ...adminScopes })),
)
const featureScopesOfUser = listed.flatMap(({ scopes }) => Object.keys(scopes)) as FeatureScope[]

/**
 * Each with a sentence that people read. A feature's scopes are in its folder; metadata, OpenAPI
 * and the types of `scopedProcedure` follow.
 */
export const scopeCatalogue = {
  me: 'See who you are.',
  'me:write': 'Change your account, your password and your sessions.',
  ...scopesOfFeatures,
  'users:read': 'See every user.',
  'users:write': 'Create, change and disable users.',
  'audit:read': 'See what happened in every account.',
}

export type Scope = keyof typeof scopeCatalogue

export const allScopes = Object.keys(scopeCatalogue) as Scope[]

export const roles = ['user', 'admin'] as const
export type Role = (typeof roles)[number]

export const scopesOfRole: Record<Role, readonly Scope[]> = {
  user: ['me', 'me:write', ...featureScopesOfUser],
  admin: allScopes,
}

/**
 * The scopes that a client may get for itself, without a user (RFC 6749 §4.4). "See your items"
 * means a person, and a machine is none; a scope that is not listed here is for people only.
 */
export const machineScopes = [
  'users:read',
  'users:write',
  'audit:read',
] as const satisfies readonly Scope[]
export type MachineScope = (typeof machineScopes)[number]

export function isScope(word: string): word is Scope {
  return Object.hasOwn(scopeCatalogue, word)
}

/** RFC 6749 §3.3: words of %x21 / %x23-5B / %x5D-7E with one space between them. */
const scopeSyntax = /^[\x21\x23-\x5B\x5D-\x7E]+(?: [\x21\x23-\x5B\x5D-\x7E]+)*$/
/** In characters. */
export const scopeMaxLength = 1024

/**
 * Reads a `scope` parameter; repeated words count once, and the catalogue's order is kept.
 * @throws AppError invalid_scope where the syntax is wrong or a word is unknown
 */
export function parseScope(text: string): Scope[] {
  if (text.length > scopeMaxLength || !scopeSyntax.test(text)) {
    throw new AppError(
      'invalid_scope',
      'scope must be words separated by single spaces, 1024 characters at most',
    )
  }
  const words = new Set(text.split(' '))
  for (const word of words) {
    if (!isScope(word)) {
      throw new AppError(
        'invalid_scope',
        `scope has a word that is not in the catalogue; known are: ${formatScope(allScopes)}`,
      )
    }
  }
  return allScopes.filter((scope) => words.has(scope))
}

export function isMachineScope(scope: Scope): scope is MachineScope {
  return machineScopes.some((word) => word === scope)
}

export function formatScope(scopes: readonly string[]): string {
  return scopes.join(' ')
}
