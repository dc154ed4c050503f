// What `npm test -- mine` runs: the tests that you changed or added, and what every feature has to keep.

import { spawnSync } from 'node:child_process'

/** Access rules, bounds on text, tables and what they refer to, scopes, floors: messages say what to add. */
const contract = [
  'server/trpc/router.test.ts',
  'server/contract/scopes.test.ts',
  'server/db/database.test.ts',
  'server/tables-bounded.test.ts',
  'e2e/project/architecture.test.ts',
] as const

/** Vitest's files, from `root`: since the branch that yours follows, committed or not. */
export function listMine(root: string): string[] {
  const git = (...args: string[]) => {
    const { stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' })
    return (stdout ?? '').split('\n').filter((line) => line !== '')
  }
  const [upstream] = git('merge-base', 'HEAD', '@{upstream}')
  const changed = [
    ...git('diff', '--name-only', '--diff-filter=d', upstream ?? 'HEAD'),
    ...git('ls-files', '--others', '--exclude-standard'),
  ]
  const tests = changed.filter((file) => /^(server|client|e2e)\/.*\.test\.tsx?$/.test(file))
  return [...new Set([...contract, ...tests])]
}
