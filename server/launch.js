// @ts-check
// Starts Keycard: builds what has changed since the last start, then runs the entry it was asked for.

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const builtHashFile = path.join(root, 'dist', '.built')

/** What the build is made from: a change in any of them asks for a new one. */
const sources = [
  'server',
  'client',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'vite.config.ts',
]

const entry = process.argv[2]
if (entry !== 'main' && entry !== 'cli')
  exitWith('Usage: node server/launch.js main|cli [arguments]')

if (!existsSync(path.join(root, 'node_modules'))) {
  exitWith('The packages are not installed here. Run this first: npm ci')
}

const entryFile = path.join(root, 'dist', 'server', `${entry}.js`)
// In production nothing is built: what runs there is what was tested.
if (process.env.NODE_ENV !== 'production' && hasBuildTools()) buildWhatChanged()
if (!existsSync(entryFile)) {
  exitWith('Keycard is not built here. Run this first: npm ci && npm run build')
}
// The entry sees its own arguments, as if it had been started directly.
process.argv.splice(1, 2, entryFile)
await import(pathToFileURL(entryFile).href)

function hasBuildTools() {
  return ['vite', 'typescript'].every((name) => existsSync(path.join(root, 'node_modules', name)))
}

function buildWhatChanged() {
  const hash = hashSources()
  const isComplete = existsSync(entryFile) && existsSync(path.join(root, 'dist', 'client'))
  if (isComplete && readBuiltHash() === hash) return
  const occasion = isComplete ? 'something changed' : 'first start only'
  process.stderr.write(`Building Keycard… (${occasion})\n`)
  // A file whose source is gone must not be found any more.
  rmSync(path.join(root, 'dist'), { recursive: true, force: true })
  const { status, stdout, stderr, error } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: 'production' },
    shell: process.platform === 'win32',
  })
  if (status !== 0) {
    // The compiler writes in spite of errors; half a build must not start next time.
    rmSync(path.join(root, 'dist'), { recursive: true, force: true })
    exitWith(`${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}\nThe build failed.`)
  }
  mkdirSync(path.dirname(builtHashFile), { recursive: true })
  writeFileSync(builtHashFile, hash)
}

function readBuiltHash() {
  return existsSync(builtHashFile) ? readFileSync(builtHashFile, 'utf8') : undefined
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
