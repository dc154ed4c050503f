// The rehearsal of an upgrade sees a conflict, and finds the release that it begins at.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { cloneApp, findRelease } from './app-clone.ts'

let root: string
let folder: string

beforeEach(() => {
  const parent = mkdtempSync(join(tmpdir(), 'keycard-app-clone-'))
  onTestFinished(() => rmSync(parent, { recursive: true }))
  root = join(parent, 'keycard')
  folder = join(parent, 'app')
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  git('init', '--quiet')
  write('feat: one', { 'services.ts': 'first\n', '.gitignore': 'node_modules/\n' })
})

it('begins at the newest commit whose subject is that of a release', () => {
  write('docs: chore(release): 0.2.0', { 'README.md': 'one\n' })
  expect(findRelease(root)).toBeUndefined()
  write('chore(release): 0.2.0', { 'README.md': 'two\n' })
  const commit = git('rev-parse', 'HEAD')
  write('feat: three', { 'README.md': 'three\n' })
  expect(findRelease(root)).toEqual({ commit, subject: 'chore(release): 0.2.0' })
})

it('merges what the app added, and names a file that both sides changed', () => {
  const app = cloneApp(root, folder, git('rev-parse', 'HEAD'))
  write('feat: two', { 'services.ts': 'second\n' })
  app.git('fetch', '--quiet', 'keycard')
  app.publish(git('rev-parse', 'HEAD'))

  writeFileSync(join(folder, 'plants.ts'), 'mine\n')
  app.commit('feat: plants')
  expect(app.git('show', '--name-only', '--format=', 'HEAD')).toBe('plants.ts')
  expect(app.merge()).toEqual([])

  write('feat: three', { 'services.ts': 'third\n' })
  app.git('fetch', '--quiet', 'keycard')
  app.publish(git('rev-parse', 'HEAD'))
  writeFileSync(join(folder, 'services.ts'), 'mine\n')
  app.commit('feat: an edit of a file that is not mine')
  expect(app.merge()).toEqual(['services.ts'])
})

function write(subject: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text)
  git('add', '--all')
  git('-c', 'user.name=A', '-c', 'user.email=a@example.com', 'commit', '-qm', subject)
}

function git(...args: string[]): string {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
}
