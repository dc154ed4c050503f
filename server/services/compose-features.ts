// Makes the rules of every feature, from what the database floor offers.

import type { UserData } from '../db/user-data.ts'
import type { FeatureDeps } from './feature-deps.ts'
import * as features from './features.ts'

type Features = typeof features
export type FeatureServices = { readonly [Name in keyof Features]: ReturnType<Features[Name]> }

export type FeatureUserData = {
  readonly [Name in keyof FeatureServices as FeatureServices[Name] extends { userData: UserData }
    ? Name
    : never]: FeatureServices[Name] extends { userData: infer Data extends UserData } ? Data : never
}

interface FeatureService {
  /** For rules that store something about a user. */
  userData?: UserData
}

export function createFeatures(deps: FeatureDeps): FeatureServices {
  const made = Object.entries<(deps: FeatureDeps) => object>(features)
  return Object.fromEntries(made.map(([name, create]) => [name, create(deps)])) as FeatureServices
}

/** What they store about users, by its name in the export. */
export function listUserData(services: FeatureServices): FeatureUserData {
  const named = Object.entries<FeatureService>(services)
  return Object.fromEntries(
    named.flatMap(([name, { userData }]) => (userData === undefined ? [] : [[name, userData]])),
  ) as FeatureUserData
}
