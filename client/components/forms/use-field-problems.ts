// What is wrong with the fields of a form, by their names on the wire, until they are corrected.

import { useState } from 'react'
import type { FieldError } from '../../../server/contract/app-error.ts'
import { fieldStrings } from '../../strings/fields.ts'

export type FieldProblems = Readonly<Record<string, string>>

/** @param labels what the fields are called, by their names */
export function useFieldProblems(labels: FieldProblems) {
  const [problems, setProblems] = useState<FieldProblems>({})
  return {
    problems,
    setProblems,

    /** Returns the name of the first one, where the server refuses a field that is here. */
    explain(errors: readonly FieldError[]): string | undefined {
      const known = errors.filter(({ path }) => path in labels)
      const sentences = known.map(({ path, message }) => [
        path,
        fieldStrings.problem(labels[path] ?? path, message),
      ])
      setProblems(Object.fromEntries(sentences))
      return known[0]?.path
    },

    /** Onto the form: the error of a field goes away while it is being corrected. */
    onInput(event: { target: EventTarget }) {
      const { name } = event.target as HTMLInputElement
      setProblems(({ [name]: _mended, ...others }) => others)
    },
  }
}
