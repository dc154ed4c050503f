// What the list of features adds up to: their routers, and the schema of what an export holds of each.

import { z } from 'zod'
import type { FeatureProcedures } from './feature-procedures.ts'
import * as features from './features.ts'

type Features = typeof features
type FeatureRouters = { [Name in keyof Features]: Features[Name]['router'] }
type ExportSchemas = {
  [Name in keyof Features as Features[Name] extends { exported: z.ZodType }
    ? Name
    : never]: Features[Name] extends { exported: infer Schema extends z.ZodType }
    ? z.ZodArray<Schema>
    : never
}

const listed = Object.entries<FeatureProcedures>(features)

export const featureRouters = Object.fromEntries(
  listed.map(([name, { router }]) => [name, router]),
) as FeatureRouters

export const featureExportSchemas = Object.fromEntries(
  listed.flatMap(([name, { exported }]) => (exported ? [[name, z.array(exported)]] : [])),
) as unknown as ExportSchemas
