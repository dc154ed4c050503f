// What is wrong with the fields of a form, by their names on the wire, until it is mended.

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

    /** Gives the name of the first, where the server minds a field that is here. */
    explain(errors: readonly FieldError[]): string | undefined {
      const known = errors.filter(({ path }) => path in labels)
      const sentences = known.map(({ path, message }) => [
        path,
        fieldStrings.problem(labels[path] ?? path, message),
      ])
      setProblems(Object.fromEntries(sentences))
      return known[0]?.path
    },

    /** Onto the form: whoever mends a field is not told any more that it is wrong. */
    onInput(event: { target: EventTarget }) {
      const { name } = event.target as HTMLInputElement
      setProblems(({ [name]: _mended, ...others }) => others)
    },
  }
}
