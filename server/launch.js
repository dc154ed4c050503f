// @ts-check
// Starts Keycard: builds what has changed since the last start, then runs the entry it was asked for.

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const built = path.join(root, 'dist')
/** Whoever made this folder builds; what it has built moves to its place when it is whole. */
const building = path.join(root, 'dist.building')
const next = path.join(building, 'next')
const builder = path.join(building, 'builder')

/** What the build is made from: a change in any of them asks for a new one. */
const sources = [
  'server',
  'client',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'vite.config.ts',
  'vite.server.config.ts',
]

/** The bundler for the server and for the pages, told where to write; the compiler says what is wrong. */
const tools = [
  ['typescript/bin/tsc', '-p', 'server', '--noEmit'],
  [
    ...['vite/bin/vite.js', 'build', '--config', 'vite.server.config.ts'],
    ...['--outDir', path.join(next, 'server')],
  ],
  ['vite/bin/vite.js', 'build', '--outDir', path.join(next, 'client')],
]

const entry = process.argv[2]
if (entry !== 'main' && entry !== 'cli' && entry !== 'build') {
  exitWith('Usage: node server/launch.js build|main|cli [arguments]')
}
if (!existsSync(path.join(root, 'node_modules'))) {
  exitWith('The packages are not installed here. Run this first: npm ci')
}
if (entry === 'build') {
  if (!hasTools()) exitWith('The build tools are not installed here. Run this first: npm ci')
  await becomeBuilder()
  process.stdout.write(await build())
} else {
  await run(entry)
}

/** @param {string} name */
async function run(name) {
  // In production nothing is built: what runs there is what was tested.
  if (process.env.NODE_ENV !== 'production' && hasTools()) await buildWhatChanged()
  const entryFile = path.join(built, 'server', `${name}.js`)
  if (!existsSync(entryFile)) {
    exitWith('Keycard is not built here. Run this first: npm ci && npm run build')
  }
  // The entry sees its own arguments, as if it had been started directly.
  process.argv.splice(1, 2, entryFile)
  await import(pathToFileURL(entryFile).href)
}

function hasTools() {
  return tools.every(([tool = '']) => existsSync(path.join(root, 'node_modules', tool)))
}

async function buildWhatChanged() {
  if (isUpToDate()) return
  await becomeBuilder()
  if (isUpToDate()) {
    // Another start has built meanwhile.
    rmSync(building, { recursive: true })
    return
  }
  const occasion = existsSync(built) ? 'something changed' : 'first start only'
  process.stderr.write(`Building Keycard… (${occasion})\n`)
  await build()
}

function isUpToDate() {
  return readIfThere(path.join(built, '.built')) === hashSources()
}

/** Making the folder is the lock: of several starts at once, one builds and the others wait. */
async function becomeBuilder() {
  while (!makeBuildFolder()) {
    if (isAbandoned()) rmSync(building, { recursive: true, force: true })
    else await setTimeout(100)
  }
  writeFileSync(builder, String(process.pid))
}

function makeBuildFolder() {
  try {
    mkdirSync(building)
    return true
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return false
    throw error
  }
}

/** Its builder is gone; or it is too old for a build, where a process of today has that number. */
function isAbandoned() {
  const startedAtMs = statSync(building, { throwIfNoEntry: false })?.birthtimeMs
  if (startedAtMs === undefined) return false
  const ageMs = Date.now() - startedAtMs
  // Its builder names itself at once, unless it is killed before that.
  const pid = readIfThere(builder)
  if (pid === undefined) return ageMs > 5_000
  return ageMs > 10 * 60_000 || !isRunning(Number(pid))
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code !== 'ESRCH'
  }
}

/** @returns {Promise<string>} what the tools said */
async function build() {
  // Before they read the sources: what changes meanwhile asks for another build.
  const hash = hashSources()
  const results = await Promise.all(tools.map(runTool))
  const output = results.map((result) => result.output).join('')
  if (results.some(({ isOk }) => !isOk)) {
    rmSync(building, { recursive: true })
    exitWith(`${output}\nThe build failed.`)
  }
  writeFileSync(path.join(next, '.built'), hash)
  // All of it is replaced: a file whose source is gone must not be found any more.
  if (existsSync(built)) renameSync(built, path.join(building, 'previous'))
  renameSync(next, built)
  rmSync(building, { recursive: true })
  return output
}

/**
 * With this Node and without a shell: the same on every system.
 * @param {string[]} command
 * @returns {Promise<{ isOk: boolean, output: string }>}
 */
function runTool([tool = '', ...args]) {
  const child = spawn(process.execPath, [path.join(root, 'node_modules', tool), ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_ENV: 'production' },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ isOk: code === 0, output }))
  })
}

/**
 * It may go away at any moment, when another start is done with it.
 * @param {string} file
 */
function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

/** Over names and contents, so that moving a file counts too. */
function hashSources() {
  const hash = createHash('sha256')
  for (const file of sources.flatMap(listFiles)) {
    hash
      .update(`${file}\0`)
      .update(readFileSync(path.join(root, file)))
      .update('\0')
  }
  return hash.digest('hex')
}

/**
 * Tests and the launcher itself are not part of the build.
 * @param {string} source a file or a directory, relative to the root
 * @returns {string[]}
 */
function listFiles(source) {
  const directory = path.join(root, source)
  if (!existsSync(directory)) return []
  if (path.extname(source) !== '') return [source]
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile() && !/\.test\.tsx?$|^launch\.js$/.test(item.name))
    .map((item) => path.relative(root, path.join(item.parentPath, item.name)))
    .sort()
}

/**
 * @param {string} message
 * @returns {never}
 */
function exitWith(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}
