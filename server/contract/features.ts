// The app's own features, as server and browser both know them: one line each.

export type { Feature } from './feature.ts'
export { items } from './items/feature.ts'
