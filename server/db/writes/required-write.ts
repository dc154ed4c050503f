// A write that its whole batch depends on: how a condition holds for several statements.

import type { Compilable } from 'kysely'

/** Where it changes no row, nothing of its batch happens. */
export interface RequiredWrite extends Compilable {
  readonly isRequired: true
}

/** Thrown by `runAtomically`, once everything is as it was before. */
export class RequiredWriteError extends Error {
  constructor() {
    super('A write that was required found no row to change')
    this.name = 'RequiredWriteError'
  }
}

export function required(write: Compilable): RequiredWrite {
  return { isRequired: true, compile: () => write.compile() }
}

/** @throws RequiredWriteError */
export function checkRequired(write: Compilable, changedRows: bigint): void {
  if (changedRows === 0n && 'isRequired' in write) throw new RequiredWriteError()
}
