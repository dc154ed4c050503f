// @ts-check
// Starts Keycard: builds what has changed since the last start, then runs the entry it was asked for.

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { takeBuildLock } from './launch/build-lock.js'
import { watchParent } from './launch/parent-watch.js'
import { readEnvFile } from './settings/env-file.js'

const root = path.resolve(fileURLToPath(new URL('..', import.meta.url)))
const built = path.join(root, 'dist')
/** The process that made this folder builds; a complete build moves to its place. */
const building = path.join(root, 'dist.building')
const next = path.join(building, 'next')
/** Keycard embedded in another app has its settings and data where that app is started. */
const isPackageOfAnother = root.split(path.sep).includes('node_modules')
const signals = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/** The inputs of the build: a change in any of them makes a new one necessary. */
const sources = [
  'server',
  'client',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'vite.config.ts',
  'vite.server.config.ts',
]

/** The bundler for the server and for the pages, told where to write; the compiler reports errors. */
const tools = [
  ['typescript/bin/tsc', '-p', 'server', '--noEmit'],
  [
    ...['vite/bin/vite.js', 'build', '--config', 'vite.server.config.ts'],
    ...['--outDir', path.join(next, 'server')],
  ],
  ['vite/bin/vite.js', 'build', '--outDir', path.join(next, 'client')],
]

/** npm leaves the tools out where NODE_ENV is production, unless an option says otherwise. */
const installTools = 'Run this first: npm ci --include=dev'

/** In the words of TypeScript, rolldown and libsql. */
const lacksNativePackage =
  /missing the package on disk|Cannot find (native binding|module '@libsql)/
const installNativePackages =
  'Packages for this system are missing: they are optional ones, which --omit=optional leaves out, or they were installed on another system. Run this first: npm ci --include=dev --include=optional'

const entry = process.argv[2]
if (entry !== 'main' && entry !== 'cli' && entry !== 'build') {
  exitWith('Usage: node server/launch.js build|main|cli [arguments]')
}
if (!existsSync(path.join(root, 'node_modules'))) {
  exitWith('The packages are not installed here. Run this first: npm ci')
}
// Windows has no SIGHUP that one process could send to another: an event is the same everywhere.
if (process.env.npm_lifecycle_event !== undefined) {
  watchParent(() => process.emit('SIGHUP', 'SIGHUP') || process.exit(129))
}
// The server and the commands look for their settings and data there.
if (!isPackageOfAnother) Reflect.set(globalThis, Symbol.for('keycard.packageFolder'), root)
if (entry === 'build') {
  if (!hasTools()) exitWith(`The build tools are not installed here. ${installTools}`)
  process.stdout.write(await buildAlone(() => false))
} else {
  await run(entry)
}

/** @param {string} name */
async function run(name) {
  // In production nothing is built: what runs there is what was tested.
  if (!isProduction() && hasTools() && !isUpToDate()) await buildAlone(isUpToDate)
  const entryFile = path.join(built, 'server', `${name}.js`)
  if (!existsSync(entryFile)) {
    exitWith(`There is no build here. ${installTools} && npm run build`)
  }
  // The entry sees its own arguments, as if it had been started directly.
  process.argv.splice(1, 2, entryFile)
  await import(pathToFileURL(entryFile).href).catch((error) => {
    if (lacksNativePackage.test(String(error))) exitWith(installNativePackages)
    throw error
  })
}

/** As the server will read it, which is not there yet. */
function isProduction() {
  const mode = process.env.NODE_ENV ?? readSettings().NODE_ENV ?? ''
  return mode.trim().toLowerCase() === 'production'
}

function readSettings() {
  try {
    return readEnvFile(path.join(isPackageOfAnother ? process.cwd() : root, '.env'))
  } catch (error) {
    return exitWith(`The server cannot start.\n${/** @type {Error} */ (error).message}`)
  }
}

function hasTools() {
  return tools.every(([tool = '']) => existsSync(path.join(root, 'node_modules', tool)))
}

function isUpToDate() {
  return readIfThere(path.join(built, '.built')) === hashSources()
}

/**
 * @param {() => boolean} isDone called again once no other start builds
 * @returns {Promise<string>} the output of the tools
 */
async function buildAlone(isDone) {
  const lock = await takeBuildLock(building, {
    onWait: () => process.stderr.write('Another start builds: waiting for it…\n'),
  }).catch(explainFolder)
  // A signal ends the build, and removes the lock.
  const stop = (/** @type {NodeJS.Signals} */ signal) => {
    lock.release()
    process.exit(128 + constants.signals[signal])
  }
  for (const signal of signals) process.once(signal, stop)
  const { isOk, output } = isDone() ? { isOk: true, output: '' } : await build()
  lock.release()
  for (const signal of signals) process.off(signal, stop)
  if (isOk) return output
  return exitWith(
    lacksNativePackage.test(output) ? installNativePackages : `${output}\nThe build failed.`,
  )
}

/**
 * @param {NodeJS.ErrnoException} error
 * @returns {never}
 */
function explainFolder({ code }) {
  const reasons = { ENOSPC: 'the disk is full', EROFS: 'it is mounted read-only' }
  const why = Reflect.get(reasons, code ?? '') ?? `this user may not write there (${code})`
  return exitWith(
    `There has to be a build, but not in ${root}: ${why}. Build it first where it may be written: npm run build`,
  )
}

/** @returns {Promise<{ isOk: boolean, output: string }>} `output`: the output of the tools */
async function build() {
  if (entry !== 'build') {
    const occasion = existsSync(built) ? 'something changed' : 'first start only'
    process.stderr.write(`Building… (${occasion})\n`)
  }
  // Before they read the sources: a change meanwhile makes another build necessary.
  const hash = hashSources()
  const results = await Promise.all(tools.map(runTool))
  const output = results.map((result) => result.output).join('')
  if (results.some(({ isOk }) => !isOk)) return { isOk: false, output }
  writeFileSync(path.join(next, '.built'), hash)
  // All of it is replaced: a file whose source is gone must not be found any more.
  if (existsSync(built)) renameSync(built, path.join(building, 'previous'))
  renameSync(next, built)
  return { isOk: true, output }
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
 * It may vanish at any moment, when another start is done with it.
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
