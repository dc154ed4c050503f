// An app built on the last release is brought to the present state: what conflicts, and what turns red?

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type AppClone, cloneApp, findRelease, readCommit } from '../project/app-clone.ts'
import { addFeature } from '../project/apply-guide.ts'
import { judge } from './table.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * `args`: `--from=REV` in place of the last release, `--control` to let the app and the present
 * state change the same line of a file of Keycard's. What is not committed takes no part.
 */
export async function tortureUpgrade(args: readonly string[]): Promise<boolean> {
  const control = args.includes('--control')
  const from = args.find((arg) => arg.startsWith('--from='))?.slice('--from='.length)
  const start =
    from === undefined ? findRelease(root) : { commit: readCommit(root, from), subject: from }
  if (start === undefined) {
    console.error(
      'No commit in the history of HEAD is a release: none has the subject "chore(release): <version>".\n' +
        'Name another start: npm run torture -- upgrade --from=REV. (A shallow clone has no history.)',
    )
    return false
  }
  const parent = mkdtempSync(join(tmpdir(), 'keycard-upgrade-'))
  try {
    const folder = join(parent, 'app')
    const app = cloneApp(root, folder, start.commit)
    app.publish(readCommit(root, 'HEAD'))
    if (control) editOnBothSides(app, folder)
    addFeature(folder)
    app.npm('run', '--silent', 'format')
    app.commit('feat(plants): what docs/building.md shows')
    const own = app.git('diff', '--shortstat', 'HEAD~1', 'HEAD')
    const newer = app.git('rev-list', '--count', 'HEAD..keycard/main')
    console.log(`From ${start.subject}. The app: ${own}. Keycard since then: ${newer} commits.\n`)
    const conflicts = app.merge()
    for (const path of conflicts) console.log(`conflict: ${path}`)
    // What an app's authors run: types, lint, and the tests of what the app added.
    const isGreen = conflicts.length === 0 && app.npm('test', '--', 'mine')
    const color = isGreen ? 'green' : 'red'
    return judge(
      'An upgrade',
      [
        {
          what: 'files that conflict',
          seen: String(conflicts.length),
          promised: '0',
          kept: conflicts.length === 0,
        },
        {
          what: 'types, lint and fast tests after it',
          seen: conflicts.length === 0 ? color : 'not run',
          promised: 'green',
          kept: isGreen,
        },
      ],
      control,
    )
  } finally {
    rmSync(parent, { recursive: true, force: true })
  }
}

const ownedFile = 'server/services.ts'

/** The app changes a file of Keycard's, against the docs, and the newest state changes it too. */
function editOnBothSides(app: AppClone, folder: string): void {
  const file = join(folder, ownedFile)
  const edit = (line: string) =>
    writeFileSync(file, readFileSync(file, 'utf8').replace(/^.*\n/, `${line}\n`))
  app.git('checkout', '--quiet', '--detach', 'keycard/main')
  edit('// The parts, as Keycard describes them.')
  app.commit('docs: another first line')
  app.publish(app.git('rev-parse', 'HEAD'))
  app.git('checkout', '--quiet', 'app')
  edit('// The parts, as the app describes them.')
}
