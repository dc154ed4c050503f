// A clone of Keycard as an app's authors have it: at a release, with commits of the app, merged with a newer state.

import { spawnSync } from 'node:child_process'
import { appendFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

export interface AppClone {
  /** Commits everything that was written below the folder. */
  commit(subject: string): void
  /** Makes `commit` the newest state of Keycard: what `git merge keycard/main` would merge. */
  publish(commit: string): void
  /** @returns the paths that conflict; none where the merge is made */
  merge(): string[]
  git(...args: string[]): string
  /** @returns whether it went well; its output is shown */
  npm(...args: string[]): boolean
}

const release = /^chore\(release\): \d+\.\d+\.\d+$/

/** The newest release in the history of HEAD (decision 0155). */
export function findRelease(root: string): { commit: string; subject: string } | undefined {
  for (const line of runGit(root, ['log', '--format=%H %s']).split('\n')) {
    const [commit = '', subject = ''] = line.split(/ (.*)/)
    if (release.test(subject)) return { commit, subject }
  }
  return undefined
}

/** @throws Error where `root` has no such commit */
export function readCommit(root: string, name: string): string {
  return runGit(root, ['rev-parse', '--verify', `${name}^{commit}`])
}

/** @param folder where nothing is yet; the packages in it are those of `root` */
export function cloneApp(root: string, folder: string, from: string): AppClone {
  runGit(root, ['clone', '--quiet', '--no-checkout', '--origin=keycard', root, folder])
  const git = (...args: string[]) => runGit(folder, args)
  for (const [key, value] of [
    ['user.name', 'An author'],
    ['user.email', 'author@example.com'],
  ] as const) {
    git('config', key, value)
  }
  git('checkout', '--quiet', '-b', 'app', from)
  // A link, which the pattern of .gitignore does not mean.
  appendFileSync(join(folder, '.git/info/exclude'), '/node_modules\n')
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction')
  return {
    git,
    npm(...args) {
      const shell = process.platform === 'win32'
      const { status } = spawnSync('npm', args, { cwd: folder, stdio: 'inherit', shell })
      return status === 0
    },
    commit(subject) {
      git('add', '--all')
      git('commit', '--quiet', '--message', subject)
    },
    publish(commit) {
      git('update-ref', 'refs/remotes/keycard/main', commit)
    },
    merge() {
      const { status, stderr } = spawnSync(
        'git',
        ['merge', '--quiet', '--no-edit', 'keycard/main'],
        {
          cwd: folder,
          encoding: 'utf8',
        },
      )
      if (status === 0) return []
      const conflicts = git('diff', '--name-only', '--diff-filter=U').split('\n').filter(Boolean)
      if (conflicts.length === 0) throw new Error(`The merge failed: ${stderr}`)
      return conflicts
    },
  }
}

function runGit(cwd: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync('git', args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`)
  return stdout.trim()
}
