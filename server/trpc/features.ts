// The procedures of the app's own features, as `<name>.…`, and what an export holds of them: one line each.

export type { FeatureProcedures } from './feature-procedures.ts'
export { items } from './items/items.ts'
