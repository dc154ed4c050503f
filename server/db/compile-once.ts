// Statements that are built and compiled once, and from then on only filled in.

import { type Compilable, type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely'
import type { Tables } from './tables.ts'

/** The place in a statement where the value of that name is filled in. */
export type Slots<Values> = <Name extends keyof Values>(name: Name) => RawBuilder<Values[Name]>

class Slot {
  readonly name: PropertyKey

  constructor(name: PropertyKey) {
    this.name = name
  }
}

/**
 * For the few statements that run at every refresh: Kysely takes longer to build and compile one of
 * them than SQLite to run it.
 * @param build returns the statement. Its `parts` are expressions that belong to its text: if one
 *   differs from the last time, the statement is built again
 * @returns a function that runs it with these values, and returns its rows
 */
export function compileOnce<Values, Row, Parts extends readonly unknown[] = []>(
  kysely: Kysely<Tables>,
  build: (slot: Slots<Values>, ...parts: Parts) => Compilable<Row>,
): (values: Values, ...parts: Parts) => Promise<Row[]> {
  const slot: Slots<Values> = (name) => sql.val(new Slot(name)) as RawBuilder<never>
  let last: { query: CompiledQuery<Row>; parts: Parts } | undefined

  return async (values, ...parts) => {
    if (!last?.parts.every((part, index) => part === parts[index])) {
      last = { query: build(slot, ...parts).compile(), parts }
    }
    const fill = (parameter: unknown) =>
      parameter instanceof Slot ? values[parameter.name as keyof Values] : parameter
    const { rows } = await kysely.executeQuery<Row>({
      ...last.query,
      parameters: last.query.parameters.map(fill),
    })
    return rows
  }
}
