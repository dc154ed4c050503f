// `npm test`: types, lint, unused code, build, tests in Node and in a browser, the slowest files,
// what failed, and one line that counts.

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findFirefox } from '../browsers/find-firefox.ts'
import { findTestBrowsers } from '../browsers/find-test-browsers.ts'
import {
  type FailedTest,
  formatFailed,
  listFailedPlaywright,
  listFailedVitest,
} from './failed-tests.ts'
import { listMine } from './list-mine.ts'
import { type FileTime, formatSlowest, timePlaywright, timeVitest } from './slowest-files.ts'
import {
  type Count,
  countPlaywright,
  countStep,
  countVitest,
  formatSum,
  formatTable,
} from './test-counts.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const reports = mkdtempSync(join(tmpdir(), 'keycard-test-'))

interface Step {
  /** Returns true where it went well. Output goes to `print`, or is shown at once without it. */
  run(files: readonly string[], print?: Print): Promise<boolean>
  /** For a step that runs tests: these read what its runner reported. */
  count?(): Count[]
  time?(): FileTime[]
  listFailed?(): FailedTest[]
}

type Print = (text: string) => void

const steps = {
  types: { run: (_, print) => runTool('typescript/bin/tsc', [], { print }) },
  lint: { run: (_, print) => runTool('@biomejs/biome/bin/biome', ['check'], { print }) },
  unused: { run: (_, print) => runTool('knip/bin/knip.js', [], { print }) },
  build: { run: (_, print) => runNpm(['run', '--silent', 'build'], { print }) },
  unit: {
    run: (files) => {
      const reporters = ['--reporter=default', '--reporter=json']
      const output = `--outputFile.json=${join(reports, 'vitest.json')}`
      return runTool('vitest/vitest.mjs', ['run', ...reporters, output, ...files], {})
    },
    count: () => countVitest(readReport('vitest.json'), root),
    time: () => timeVitest(readReport('vitest.json'), root),
    listFailed: () => listFailedVitest(readReport('vitest.json'), root),
  },
  browser: {
    run: async (files) => {
      const browsers = await findTestBrowsers()
      return runPlaywright(files, { TRIED_BROWSERS: JSON.stringify(browsers) })
    },
    count: () => countPlaywright(readReport('playwright.json')),
    time: () => timePlaywright(readReport('playwright.json')),
    listFailed: () => listFailedPlaywright(readReport('playwright.json')),
  },
  firefox: {
    run: async (files) => runPlaywright(files, { FOUND_FIREFOX: await findFirefox() }),
    count: () => countPlaywright(readReport('playwright.json')),
    time: () => timePlaywright(readReport('playwright.json')),
    listFailed: () => listFailedPlaywright(readReport('playwright.json')),
  },
} satisfies Record<string, Step>

type StepName = keyof typeof steps

/**
 * Those of one line run at the same time. Not Firefox, which is not everywhere, and is never
 * installed.
 */
const everyStep: StepName[][] = [['types', 'lint', 'unused', 'build'], ['unit'], ['browser']]

interface Part {
  steps: StepName[][]
  /** What a step runs, where that is not all there is. */
  files?: Partial<Record<StepName, readonly string[]>>
}

/** What `npm test -- <part> …` runs; all kinds of tests drive the built server. */
const parts: Record<string, (files: readonly string[]) => Part> = {
  unit: (unit) => ({ steps: [['build'], ['unit']], files: { unit } }),
  browser: (browser) => ({ steps: [['build'], ['browser']], files: { browser } }),
  firefox: (firefox) => ({ steps: [['build'], ['firefox']], files: { firefox } }),
  mine: () => {
    const { vitest: unit, playwright: browser } = listMine(root)
    const pages: StepName[][] = browser.length > 0 ? [['build'], ['browser']] : []
    return { steps: [['types', 'lint'], ['unit'], ...pages], files: { unit, browser } }
  },
}

const [name, ...words] = process.argv.slice(2)
const part: Part | undefined = name === undefined ? { steps: everyStep } : parts[name]?.(words)
if (part) {
  const counts: Count[] = []
  const times: FileTime[] = []
  const failed: FailedTest[] = []
  for (const names of part.steps) {
    const runs = names.map((step) => runStep(step, part.files?.[step] ?? [], names.length > 1))
    // A step that fails does not hide the others.
    for (const run of await Promise.all(runs)) {
      counts.push(...run.counts)
      times.push(...run.times)
      failed.push(...run.failed)
    }
  }
  console.log(
    `\n${formatSlowest(times)}\n\n${formatFailed(failed)}${formatTable(counts)}\n\n${formatSum(counts)}`,
  )
  process.exitCode = counts.some((count) => count.failed > 0) ? 1 : 0
} else {
  const takesFiles = Object.keys(parts).filter((part) => part !== 'mine')
  const others = takesFiles.map((part) => `"npm test -- ${part} [file …]"`)
  console.error(`Run "npm test", "npm test -- mine", ${others.join(' or ')}.`)
  process.exitCode = 1
}
rmSync(reports, { recursive: true, force: true })

/**
 * The output of a step that runs beside others is held until it has ended, and then printed in one
 * piece.
 */
async function runStep(
  name: StepName,
  files: readonly string[],
  hasOthers: boolean,
): Promise<{ counts: Count[]; times: FileTime[]; failed: FailedTest[] }> {
  const title = `\n── ${name}`
  const held: string[] = []
  if (!hasOthers) console.log(title)
  const step: Step = steps[name]
  const startedAtMs = performance.now()
  const print = hasOthers ? (text: string) => void held.push(text) : undefined
  const isOk = await step.run(files, print).catch(sayError)
  const milliseconds = performance.now() - startedAtMs
  if (hasOthers) console.log(`${title}\n${held.join('').trimEnd()}`.trimEnd())
  const counts = countStep(name, { isOk, milliseconds }, step.count && read(step.count))
  return {
    counts,
    times: step.time ? read(step.time) : [],
    failed: step.listFailed ? read(step.listFailed) : [],
  }
}

function sayError(error: unknown): false {
  console.error(error instanceof Error ? error.message : error)
  return false
}

/** A runner that broke before its report has run no test. */
function read<Item>(readAll: () => Item[]): Item[] {
  try {
    return readAll()
  } catch (error) {
    sayError(error)
    return []
  }
}

function readReport<Report>(name: string): Report {
  return JSON.parse(readFileSync(join(reports, name), 'utf8'))
}

function runPlaywright(
  files: readonly string[],
  environment: Record<string, string>,
): Promise<boolean> {
  return runTool('playwright/cli.js', ['test', '--reporter=list,json', ...files], {
    environment: {
      ...environment,
      PLAYWRIGHT_JSON_OUTPUT_FILE: join(reports, 'playwright.json'),
    },
  })
}

interface RunOptions {
  environment?: Record<string, string>
  print?: Print | undefined
}

/** Runs a tool of node_modules with this Node: the same on every system, and without a shell. */
function runTool(tool: string, args: readonly string[], options: RunOptions): Promise<boolean> {
  return run(process.execPath, [join(root, 'node_modules', tool), ...args], options)
}

function run(
  command: string,
  args: readonly string[],
  { environment = {}, print }: RunOptions,
): Promise<boolean> {
  const output = print ? 'pipe' : 'inherit'
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', output, output],
    env: { ...process.env, ...environment },
  })
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => print?.(text))
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve(code === 0))
  })
}

/**
 * npm names its own script to what it runs, so that no shell has to find it (it is npm.cmd on
 * Windows).
 */
function runNpm(args: readonly string[], options: RunOptions): Promise<boolean> {
  const script = process.env.npm_execpath
  return script ? run(process.execPath, [script, ...args], options) : run('npm', args, options)
}
