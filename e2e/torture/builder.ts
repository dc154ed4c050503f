// The project as its builders use it: docs/building.md followed in a clone, items removed, renamed; after each
// step the tests are run there.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { allScopes } from '../../server/contract/scopes.ts'
import { cloneApp, readCommit } from '../project/app-clone.ts'
import { addFeature, applyExample } from '../project/apply-guide.ts'
import { type Finding, judge } from './table.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * `args`: `quick` for the builder's own tests in place of all that run in Node and the added browser
 * tests, `--control` for a test that names all scopes, which the added one turns red. What is not
 * committed takes no part.
 */
export async function tortureBuilder(args: readonly string[]): Promise<boolean> {
  const control = args.includes('--control')
  const quick = args.includes('quick') || control
  const parent = mkdtempSync(join(tmpdir(), 'keycard-builder-'))
  const findings: Finding[] = []
  try {
    const folder = join(parent, 'app')
    const keycard = readCommit(root, 'HEAD')
    const app = cloneApp(root, folder, keycard)
    app.publish(keycard)
    const { npm } = app

    function check(what: string): void {
      const startedAtMs = performance.now()
      const own = ['test', '--', 'mine']
      const isGreen = quick
        ? npm(...own)
        : npm(...own) && npm('test', '--', 'unit') && npm('test', '--', 'browser', ...ownPages)
      const minutes = ((performance.now() - startedAtMs) / 60_000).toFixed(1)
      const changed = app.git('diff', '--shortstat', 'HEAD')
      app.commit(what)
      findings.push({
        what: `${what} (${minutes} min; ${changed})`,
        seen: isGreen ? 'green' : 'red',
        promised: 'green',
        kept: isGreen,
      })
    }

    if (control) applyExample(folder, closedList)
    addFeature(folder)
    npm('run', '--silent', 'format')
    app.git('add', '--all')
    check('docs/building.md: a feature with its table, page and tests')
    if (control) return judge('Building on it', findings, control)

    npm('run', 'mine', '--', '--name', 'Plantry', '--without-items', '--yes')
    app.git('add', '--all')
    check('another name, and no items')
    return judge('Building on it', findings, control)
  } finally {
    rmSync(parent, { recursive: true, force: true })
  }
}

/** Browser tests that the guide adds or that walk over all pages. */
const ownPages = ['plants', 'accessibility']

/** Right until a feature adds one. */
const closedList = {
  path: 'server/contract/closed-list.test.ts',
  text: `import { expect, it } from 'vitest'
import { allScopes } from './scopes.ts'

it('there are no scopes but these', () => {
  expect(allScopes).toEqual(${JSON.stringify(allScopes)})
})
`,
}
