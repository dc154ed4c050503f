// The rules of the app's own features, as `services.<name>`: one line each.

export { createItems as items } from '../items/items.ts'
export type { FeatureDeps } from './feature-deps.ts'
