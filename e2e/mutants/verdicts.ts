// The verdicts on mutants from earlier runs, for a run that continues an interrupted one.

import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Mutant } from './operators.ts'

const root = new URL('../../', import.meta.url)
const path = fileURLToPath(new URL('node_modules/.cache/keycard-mutants.json', root))

/** The test that failed, as `file: title`, or null for a mutant that survived. */
export type Killer = string | null

export interface Verdicts {
  /** undefined where there is none, or a test that it depends on has changed since. */
  find(mutant: Mutant, tests: readonly string[]): Killer | undefined
  add(mutant: Mutant, tests: readonly string[], killer: Killer): void
  /** Whether the test passes while nothing is broken. */
  isGreen(test: string): boolean
  addGreen(tests: readonly string[]): void
}

interface Kept {
  /** By the hash of the mutant's text. */
  verdicts: Record<string, Verdict>
  /** Hashes of tests that pass while nothing is broken. */
  green: Record<string, true>
}

interface Verdict {
  killer: Killer
  /** The tests it depends on: the one that failed, or all that did not. */
  testsHash: string
}

interface VerdictsOptions {
  /** Continues the previous run. False by default: other code may have changed since. */
  resume?: boolean
  /** A control's verdicts are not stored: they say nothing about the tests. */
  control?: boolean
}

export function openVerdicts({ resume = false, control = false }: VerdictsOptions): Verdicts {
  const { verdicts, green }: Kept = resume && !control ? readKept() : { verdicts: {}, green: {} }
  const textOf = new Map<string, string>()

  function readTest(file: string): string {
    const text = textOf.get(file) ?? readFileSync(new URL(file, root), 'utf8')
    textOf.set(file, text)
    return text
  }

  function hashTests(tests: readonly string[], killer: Killer): string {
    const failed = killer === null ? tests : tests.filter((test) => killer.startsWith(test))
    return hash(failed.map(readTest).join())
  }

  function keep(): void {
    if (control) return
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, JSON.stringify({ verdicts, green } satisfies Kept))
  }

  return {
    find(mutant, tests) {
      const verdict = verdicts[hash(mutant.text)]
      if (!verdict) return undefined
      const { killer, testsHash } = verdict
      return hashTests(tests, killer) === testsHash ? killer : undefined
    },
    add(mutant, tests, killer) {
      verdicts[hash(mutant.text)] = { killer, testsHash: hashTests(tests, killer) }
      keep()
    },
    isGreen: (test) => green[hash(readTest(test))] === true,
    addGreen(tests) {
      for (const test of tests) green[hash(readTest(test))] = true
      keep()
    },
  }
}

function readKept(): Kept {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return { verdicts: {}, green: {} }
  }
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('base64url')
}
