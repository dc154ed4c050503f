// Which tests are those of an app's authors: what they changed since they took Keycard, committed or not.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeEach, expect, it, onTestFinished } from 'vitest'
import { listMine } from './list-mine.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'keycard-list-mine-'))
  onTestFinished(() => rmSync(root, { recursive: true }))
  git('init', '--quiet')
  write('server/auth/sign-in.test.ts')
  commit('chore(release): 0.2.0')
})

it('what was added since the release is listed, committed or not, by who runs it', () => {
  write('server/plants/plants.test.ts', 'e2e/plants.spec.ts', 'docs/plants.test.ts')
  commit('feat: plants')
  write('server/pots/pots.test.ts', 'e2e/pots.spec.ts', 'server/pots/pots.ts')
  const { vitest, playwright } = listMine(root)
  expect(vitest).toContain('server/trpc/router.test.ts')
  expect(vitest).toEqual(
    expect.arrayContaining(['server/plants/plants.test.ts', 'server/pots/pots.test.ts']),
  )
  expect(vitest.filter((file) => /sign-in|docs|pots\.ts/.test(file))).toEqual([])
  expect(playwright).toEqual(['e2e/plants.spec.ts', 'e2e/pots.spec.ts'])
})

it('what came from Keycard after its release is not', () => {
  write('server/auth/newer.test.ts')
  commit('feat: newer')
  git('update-ref', 'refs/remotes/keycard/main', 'HEAD')
  write('server/plants/plants.test.ts')
  commit('feat: plants')
  const { vitest } = listMine(root)
  expect(vitest).toContain('server/plants/plants.test.ts')
  expect(vitest).not.toContain('server/auth/newer.test.ts')
})

function write(...paths: string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), '')
  }
}

function commit(subject: string): void {
  git('add', '--all')
  git('-c', 'user.name=A', '-c', 'user.email=a@example.com', 'commit', '-qm', subject)
}

function git(...args: string[]): void {
  execFileSync('git', args, { cwd: root })
}
