// `npm run mine` in a copy of the project: it is renamed, items go, and all the rest holds as before.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { copyProject } from './apply-guide.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** Longer than ours, with what HTML and regular expressions have a meaning for. */
const name = 'Tom & Ada’s G. Plantry'

let copy: string
beforeAll(() => {
  copy = mkdtempSync(join(tmpdir(), 'keycard-mine-'))
  copyProject(root, copy)
  git('init', '--quiet')
  commit()
})
afterAll(() => rmSync(copy, { recursive: true }))

it.each([
  [['--name', '<b>Plantry'], 1, 'begins with a letter or a digit'],
  [['--name', 'Plan\ntry'], 1, 'The name "Plan\\ntry" does not do'],
  [['--name', 'React'], 1, 'as "React Accounts"'],
  [['--without-items'], 2, 'The name is missing: --name Plantry'],
  [['--name', 'Plantry', '--without-tables'], 2, "Unknown option '--without-tables'"],
])('%j is refused, and the sentence says what would be right', (words, code, sentence) => {
  expect(mine(words)).toMatchObject({ code, stderr: expect.stringContaining(sentence) })
  expect(git('status', '--porcelain')).toBe('')
})

it('work that is not committed is left alone, and named', () => {
  const file = join(copy, 'server/notes.ts')
  writeFileSync(file, '')
  const { code, stderr } = mine(['--name', name, '--yes'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^There are changes that are not committed: commit them first/)
  expect(stderr).toContain('?? server/notes.ts')
  rmSync(file)
  expect(git('status', '--porcelain')).toBe('')
})

it.each(['n\n', ''])('the answer %j writes nothing, after all was shown', (answer) => {
  const { code, stdout, stderr } = mine(['--name', name, '--without-items'], answer)
  expect(code).toBe(1)
  expect(stdout).toMatch(/server\/contract\/brand\.ts +has the name "Tom & Ada’s G\. Plantry"/)
  expect(stdout).toContain('Write this? [y/N]')
  expect(stderr).toBe('Nothing was written.\n')
  expect(git('status', '--porcelain')).toBe('')
})

/** In milliseconds: for whole tools, on a machine that is busy. */
const toolsTimeout = 240_000

it(
  'the answer y renames the project and removes items, and types and lint are as clean as before',
  () => {
    const readme = read('README.md')
    const wasOurs = readme.startsWith('# Keycard\n')
    const hasItems = existsSync(join(copy, 'server/items'))
    const { code, stdout } = mine(['--name', name, '--without-items'], 'y\n')
    expect(code).toBe(0)
    expect(stdout).toContain('To undo it: git restore .')
    expect(/server\/items +is deleted/.test(stdout)).toBe(hasItems)
    expect(existsSync(join(copy, 'server/items'))).toBe(false)

    expect(JSON.parse(read('package.json')).name).toBe('tom-ada-s-g-plantry')
    expect(read('package-lock.json').match(/"name": "tom-ada-s-g-plantry"/g)).toHaveLength(2)
    expect(read('docs/existing-apps.md')).toContain("from 'tom-ada-s-g-plantry'")
    const title = wasOurs
      ? `# ${name}\n\nIts accounts are built on Keycard, `
      : readme.split('\n')[0]
    expect(read('README.md')).toContain(title)

    expect(runTool('typescript/bin/tsc', '-p', copy).stdout).toBe('')
    const written = git('diff', '--name-only', '--diff-filter=d', 'HEAD').trim().split('\n')
    expect(written.length).toBeGreaterThan(5)
    const lint = runTool('@biomejs/biome/bin/biome', 'check', '--error-on-warnings', ...written)
    expect(lint).toMatchObject({ code: 0 })
  },
  toolsTimeout,
)

it(
  'pages, documents and rules have the new name, and their tests pass without an edit',
  () => {
    // These need no PostgreSQL, which the project's own starts first.
    const config = read('vitest.config.ts').replace(/^ *globalSetup:.*\n/m, '')
    writeFileSync(join(copy, 'vitest.config.ts'), config)
    const { code, stdout } = runTool(
      'vitest/vitest.mjs',
      ...['run', 'server/http/openapi/docs.test.ts', 'server/http/pages/login-page.test.ts'],
      ...['server/http/pages/static-client.test.ts', 'server/contract/credential-rules.test.ts'],
      'client/build/shared-head.test.ts',
    )
    expect(stdout).toMatch(/Tests +\d+ passed/)
    expect(code).toBe(0)
  },
  toolsTimeout,
)

it('a second name takes the place of the first, and the same one changes nothing', () => {
  commit()
  expect(mine(['--name', name, '--without-items'])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('Nothing to change'),
  })
  expect(mine(['--name', 'Plantry', '--yes'])).toMatchObject({ code: 0 })
  expect(read('server/contract/brand.ts')).toContain("productName = 'Plantry'\n")
  expect(read('e2e/host-examples/in-node.ts')).toContain("from 'plantry'")
  for (const path of git('ls-files', '--modified').trim().split('\n')) {
    expect(read(path), path).not.toMatch(/Ada’s|tom-ada-s/)
  }
})

function mine(words: readonly string[], input = '') {
  return run(['--import', 'tsx', join(copy, 'e2e/project/mine.ts'), ...words], input)
}

function runTool(tool: string, ...words: string[]) {
  return run([join(copy, 'node_modules', tool), ...words])
}

function run(words: readonly string[], input = '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: copy,
    encoding: 'utf8',
    input,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
  })
  return { code: status, stdout, stderr }
}

function commit(): void {
  git('add', '--all')
  git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', 'commit', '--quiet', '-m', 'mine')
}

function git(...words: string[]): string {
  const { stdout, stderr, status } = spawnSync('git', words, { cwd: copy, encoding: 'utf8' })
  if (status !== 0) throw new Error(`git ${words[0]}: ${stderr}`)
  return stdout
}

function read(path: string): string {
  return readFileSync(join(copy, path), 'utf8')
}
