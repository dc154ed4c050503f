// `npm test`: types, lint, build, tests in Node and tests in a browser, and one line that counts.

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findBrowser } from './find-browser.ts'
import { findFirefox } from './find-firefox.ts'
import {
  type Count,
  countPlaywright,
  countStep,
  countVitest,
  formatSum,
  formatTable,
} from './test-counts.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const reports = mkdtempSync(join(tmpdir(), 'keycard-test-'))

interface Step {
  /** Gives true where it went well. */
  run(extraArgs: readonly string[]): Promise<boolean>
  /** For a step that runs tests: reads what its runner reported. */
  count?(): Count[]
}

const steps = {
  types: { run: () => runTool('typescript/bin/tsc', []) },
  lint: { run: () => runTool('@biomejs/biome/bin/biome', ['check']) },
  build: { run: () => runNpm(['run', '--silent', 'build']) },
  unit: {
    run: (extraArgs) => {
      const reporters = ['--reporter=default', '--reporter=json']
      const output = `--outputFile.json=${join(reports, 'vitest.json')}`
      return runTool('vitest/vitest.mjs', ['run', ...reporters, output, ...extraArgs])
    },
    count: () => countVitest(readReport('vitest.json'), root),
  },
  browser: {
    run: async (extraArgs) => {
      const browser = await findBrowser()
      return runPlaywright(extraArgs, { TRIED_BROWSER: JSON.stringify(browser) })
    },
    count: () => countPlaywright(readReport('playwright.json')),
  },
  firefox: {
    run: async (extraArgs) => runPlaywright(extraArgs, { FOUND_FIREFOX: await findFirefox() }),
    count: () => countPlaywright(readReport('playwright.json')),
  },
} satisfies Record<string, Step>

type StepName = keyof typeof steps

/** Not Firefox, which is not everywhere, and is never brought. */
const everyStep: StepName[] = ['types', 'lint', 'build', 'unit', 'browser']

/** What `npm test -- <part> …` runs; all kinds of tests drive what was built. */
const parts: Record<string, StepName[]> = {
  unit: ['build', 'unit'],
  browser: ['build', 'browser'],
  firefox: ['build', 'firefox'],
}

const [part, ...extraArgs] = process.argv.slice(2)
const chosen = part === undefined ? everyStep : parts[part]
if (chosen) {
  const counts: Count[] = []
  // A step that fails does not hide the others.
  for (const name of chosen) counts.push(...(await runStep(name)))
  console.log(`\n${formatTable(counts)}\n\n${formatSum(counts)}`)
  process.exitCode = counts.some((count) => count.failed > 0) ? 1 : 0
} else {
  const names = Object.keys(parts).map((name) => `"npm test -- ${name} [file …]"`)
  console.error(`Run "npm test", ${names.join(' or ')}.`)
  process.exitCode = 1
}
rmSync(reports, { recursive: true, force: true })

async function runStep(name: StepName): Promise<Count[]> {
  console.log(`\n── ${name}`)
  const step: Step = steps[name]
  const startedAtMs = performance.now()
  const isOk = await step.run(extraArgs).catch(sayError)
  const milliseconds = performance.now() - startedAtMs
  return countStep(name, { isOk, milliseconds }, step.count && readCounts(step.count))
}

function sayError(error: unknown): false {
  console.error(error instanceof Error ? error.message : error)
  return false
}

/** A runner that broke before its report has run no test. */
function readCounts(count: () => Count[]): Count[] {
  try {
    return count()
  } catch (error) {
    sayError(error)
    return []
  }
}

function readReport<Report>(name: string): Report {
  return JSON.parse(readFileSync(join(reports, name), 'utf8'))
}

function runPlaywright(
  extraArgs: readonly string[],
  environment: Record<string, string>,
): Promise<boolean> {
  return runTool('playwright/cli.js', ['test', '--reporter=list,json', ...extraArgs], {
    ...environment,
    PLAYWRIGHT_JSON_OUTPUT_FILE: join(reports, 'playwright.json'),
  })
}

/** Runs a tool of node_modules with this Node: the same on every system, and without a shell. */
function runTool(
  tool: string,
  args: readonly string[],
  environment?: Record<string, string>,
): Promise<boolean> {
  return run(process.execPath, [join(root, 'node_modules', tool), ...args], environment)
}

function run(
  command: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<boolean> {
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code === 0))
  })
}

/** npm names its own script to what it runs, so that no shell has to find it (it is npm.cmd on Windows). */
function runNpm(args: readonly string[]): Promise<boolean> {
  const script = process.env.npm_execpath
  return script ? run(process.execPath, [script, ...args]) : run('npm', args)
}
