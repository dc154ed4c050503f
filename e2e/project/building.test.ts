// docs/building.md, done in a copy of the project: every example compiles where it says, and items can go.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { applyExample, copyProject, listGuide } from './apply-guide.ts'
import { applyChanges } from './changes.ts'
import { planRemoval } from './remove-items.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const examples = listGuide(root)

let copy: string
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'keycard-guide-'))
  copyProject(root, copy)
  for (const example of examples) applyExample(copy, example)
})
afterAll(() => rmSync(copy, { recursive: true }))

it('every example names its file', () => {
  expect(examples.length).toBeGreaterThan(3)
  for (const { path } of examples) expect(path).toMatch(/^(client|server|e2e)\/[\w/.-]+\.tsx?$/)
})

it('every example compiles there, and a misspelt scope does not', () => {
  const path = 'client/pages/misspelt.ts'
  const use = "import { useCan } from '../session/use-session.ts'"
  const text = `${use}\nexport const can = () => useCan('plants:read') || useCan('plants:raed')\n`
  applyExample(copy, { path, text })
  expect(compile()).toEqual([expect.stringMatching(/misspelt\.ts\(2.*'"plants:raed"' is not/)])
  rmSync(join(copy, path))
})

it.runIf(existsSync(join(root, 'server/items')))('without items all the rest compiles', () => {
  const changes = planRemoval(copy)
  const edits = changes
    .flatMap(({ path, text }) => (text === undefined ? [] : [{ path, text }]))
    .filter(({ path }) => !path.startsWith('client/languages/'))
  expect(edits.length).toBeLessThanOrEqual(6)
  for (const { path, text } of edits) expect(countChanged(path, text), path).toBe(1)
  applyChanges(copy, changes)
  expect(compile()).toEqual([])
  expect(run('e2e/project/languages.ts').status).toBe(0)
})

/** How many lines of the file are not in the text. */
function countChanged(path: string, text: string): number {
  const kept = text.split('\n')
  const before = readFileSync(join(copy, path), 'utf8').split('\n')
  return before.filter((line) => !kept.includes(line)).length
}

function run(script: string) {
  const words = ['--import', 'tsx', join(copy, script)]
  return spawnSync(process.execPath, words, { cwd: copy, encoding: 'utf8' })
}

/** What tsc complains of. */
function compile(): string[] {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', copy], { encoding: 'utf8' })
  return stdout.split('\n').filter((line) => line !== '')
}
