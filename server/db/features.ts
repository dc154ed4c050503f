// The tables of the app's own features: one line each.

interface Features {
  items: import('./items/tables.ts').ItemsTables
}

type Intersection<Union> = (Union extends unknown ? (one: Union) => void : never) extends (
  all: infer All,
) => void
  ? All
  : never

export type FeatureTables = Intersection<object | Features[keyof Features]>
