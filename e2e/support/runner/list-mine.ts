// What `npm test -- mine` runs: the tests that you changed or added, and what every feature has to keep.

import { spawnSync } from 'node:child_process'
import { findRelease } from '../../project/app-clone.ts'

/** Access rules, bounds on text, tables and what they refer to, scopes, floors: messages say what to add. */
const contract = [
  'server/trpc/router.test.ts',
  'server/contract/scopes.test.ts',
  'server/db/database.test.ts',
  'server/tables-bounded.test.ts',
  'e2e/project/architecture.test.ts',
] as const

/** Files from `root`, by who runs them. */
export interface MyTests {
  vitest: string[]
  playwright: string[]
}

/** What is not in Keycard, committed or not. */
export function listMine(root: string): MyTests {
  const git = (...args: string[]) => {
    const { stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
    return (stdout ?? '').split('\n').filter((line) => line !== '')
  }
  // As docs/upgrading.md names it; a copy without it follows its newest release.
  const [keycard] = git('merge-base', 'HEAD', 'refs/remotes/keycard/main')
  const changed = [
    ...git(
      'diff',
      '--name-only',
      '--diff-filter=d',
      keycard ?? findRelease(root)?.commit ?? 'HEAD',
    ),
    ...git('ls-files', '--others', '--exclude-standard'),
  ]
  const tests = changed.filter((file) => /^(server|client|e2e)\/.*\.test\.tsx?$/.test(file))
  return {
    vitest: [...new Set([...contract, ...tests])],
    playwright: changed.filter((file) => /^e2e\/.*\.spec\.ts$/.test(file)),
  }
}
