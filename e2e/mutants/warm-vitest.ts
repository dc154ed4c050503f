// One warm vitest that runs tests against a mutant, in a process of its own, so that an endless
// mutant can be killed.

import { fileURLToPath } from 'node:url'
import { createVitest, type TestSpecification, type Vitest } from 'vitest/node'

/**
 * A file with a fault, or null for the unchanged code, and the tests that must notice it, in order.
 */
export interface Trial {
  file: string
  text: string | null
  tests: readonly string[]
}

/** `failed`: the first test that failed, as `file: title`; null where all passed. */
export interface TrialResult {
  failed: string | null
}

/** The nearest tests first: as a rule they are the ones that fail. */
class InOrder {
  shard(specifications: TestSpecification[]) {
    return specifications
  }
  sort(specifications: TestSpecification[]) {
    return specifications
  }
}

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Half a minute is too long for a test here, and a mutant may well make it wait forever. */
const testTimeoutMs = 30_000

// The workers run JavaScript that vitest has made: they need no loader for TypeScript.
process.execArgv = []
const mutant: { path: string; text: string | null } = { path: '', text: null }
const vitest = await createVitest(
  'test',
  {
    root,
    watch: false,
    bail: 1,
    maxWorkers: 1,
    // On SQLite only: the same tests on PostgreSQL take as long again, and notice hardly more.
    globalSetup: [],
    testNamePattern: /^(?!on postgres)/,
    testTimeout: testTimeoutMs,
    hookTimeout: testTimeoutMs,
    reporters: [{}],
    sequence: { sequencer: InOrder },
  },
  {
    plugins: [
      {
        name: 'mutant',
        enforce: 'pre',
        // Nothing is written to the disk: the fault is only in what the tests load.
        load: (id) => (id.split('?')[0] === mutant.path ? mutant.text : null),
      },
    ],
  },
)

process.on('message', async (trial: Trial) => {
  process.send?.(await run(trial))
})
process.on('disconnect', () => process.exit())
process.send?.('ready')

async function run({ file, text, tests }: Trial): Promise<TrialResult> {
  vitest.invalidateFile(mutant.path)
  Object.assign(mutant, { path: `${root}${file}`, text })
  vitest.invalidateFile(mutant.path)
  vitest.state.filesMap.clear()
  const specifications = await findTests(vitest, tests)
  const { testModules, unhandledErrors } = await vitest.runTestSpecifications(specifications)
  for (const testModule of testModules) {
    for (const test of testModule.children.allTests('failed')) {
      return { failed: `${testModule.relativeModuleId}: ${test.fullName}` }
    }
    if (testModule.state() === 'failed') {
      return { failed: `${testModule.relativeModuleId}: cannot be run` }
    }
  }
  return { failed: unhandledErrors.length > 0 ? 'an error that nothing handles' : null }
}

async function findTests(
  { projects }: Vitest,
  tests: readonly string[],
): Promise<TestSpecification[]> {
  return tests.flatMap((test) =>
    projects.map((project) => project.createSpecification(`${root}${test}`)),
  )
}
