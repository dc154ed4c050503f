// `npm run mine -- --name Plantry [--without-items]`: makes the project yours, in one change that git
// can undo.

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { applyChanges, type Change } from './changes.ts'
import { planRemoval } from './remove-items.ts'
import { nameProblem, planRename } from './rename.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

const usage = `Usage: npm run mine -- --name <name> [--without-items] [--yes]

  --name           what the product is called, as "Plantry"
  --without-items  removes the example feature
  --yes            writes without asking

Exit codes: 0 done, 1 refused, 2 called wrongly.`

const whatNext = `
Done. What is left for you:
  npm test -- mine                types, lint and the tests of what changed
  server/contract/brand.ts        the logo, and the words of the sign-in page
  client/styles/tokens.css        the colours
To undo it: git restore .`

process.exitCode = await run(process.argv.slice(2))

async function run(words: string[]): Promise<number> {
  const options = readOptions(words)
  if (typeof options === 'string') return refuse(2, `${options}\n\n${usage}`)
  const { name, withoutItems, isSure } = options
  const problem = nameProblem(root, name) ?? treeProblem()
  if (problem !== undefined) return refuse(1, problem)

  const changes = plan(name, withoutItems)
  if (typeof changes === 'string') return refuse(1, changes)
  if (changes.length === 0) {
    console.log(`Nothing to change: the name is "${name}" already.`)
    return 0
  }
  console.log(describe(changes))
  if (!isSure && !(await ask('Write this? [y/N] '))) {
    return refuse(1, 'Nothing was written.')
  }
  applyChanges(root, changes)
  format(changes)
  console.log(whatNext)
  return 0
}

/** A sentence where the brand is written in a form of its own. */
function plan(name: string, withoutItems: boolean): Change[] | string {
  try {
    return [...planRename(root, name), ...(withoutItems ? planRemoval(root) : [])]
  } catch (error) {
    return (error as Error).message
  }
}

function readOptions(
  words: string[],
): string | { name: string; withoutItems: boolean; isSure: boolean } {
  try {
    const { values } = parseArgs({
      args: words,
      options: {
        name: { type: 'string' },
        'without-items': { type: 'boolean', default: false },
        yes: { type: 'boolean', default: false },
      },
    })
    if (values.name === undefined) return 'The name is missing: --name Plantry'
    return { name: values.name, withoutItems: values['without-items'], isSure: values.yes }
  } catch (error) {
    return (error as Error).message
  }
}

/** Where all is committed, `git restore` brings everything back. */
function treeProblem(): string | undefined {
  const { status, stdout } = spawnSync('git', ['status', '--porcelain', '--', '.'], {
    cwd: root,
    encoding: 'utf8',
  })
  if (status !== 0) {
    return 'This is no git repository, so nothing could be undone. First: git init && git add --all && git commit'
  }
  if (stdout === '') return undefined
  return `There are changes that are not committed: commit them first, so that what is written here can be undone by itself.\n${stdout.trimEnd()}`
}

function describe(changes: readonly Change[]): string {
  const width = Math.max(...changes.map(({ path }) => path.length))
  return changes.map(({ path, what }) => `  ${path.padEnd(width)}  ${what}`).join('\n')
}

/** Where no one can answer, the answer is no. */
async function ask(question: string): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const ended = new Promise<string>((resolve) => terminal.once('close', () => resolve('')))
  const answer = await Promise.race([terminal.question(question), ended])
  terminal.close()
  return /^y(es)?$/i.test(answer.trim())
}

/** As `npm run format` does, of what was written. */
function format(changes: readonly Change[]): void {
  const biome = join(root, 'node_modules/@biomejs/biome/bin/biome')
  const written = changes.flatMap(({ path, text }) => (text === undefined ? [] : [path]))
  const options = ['check', '--write', '--no-errors-on-unmatched']
  spawnSync(process.execPath, [biome, ...options, ...written], { cwd: root })
}

function refuse(code: number, message: string): number {
  console.error(message)
  return code
}
