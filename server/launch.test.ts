// The launcher, in a folder of its own with tools that build in no time: when it builds, and when not.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it, onTestFinished } from 'vitest'

/** Writes a line for each call. */
const compiler = `
  const { appendFileSync, readFileSync } = require('node:fs')
  const source = readFileSync('server/main.ts', 'utf8')
  appendFileSync('builds.log', 'built\\n')
  if (source.includes('broken')) {
    console.log('server/main.ts(1,1): error TS1: it is broken')
    process.exit(2)
  }`

/** Writes one entry, and nothing of the pages; not before a file named `hold` is gone. */
const bundler = `
  const { existsSync, mkdirSync, readFileSync, writeFileSync } = require('node:fs')
  const folder = process.argv[process.argv.indexOf('--outDir') + 1]
  mkdirSync(folder, { recursive: true })
  if (process.argv.includes('vite.server.config.ts')) {
    const source = readFileSync('server/main.ts', 'utf8')
    const look = setInterval(() => {
      if (existsSync('hold')) return
      clearInterval(look)
      writeFileSync(folder + '/main.js', source)
    }, 300)
  }`

function makeProject() {
  const folder = mkdtempSync(join(tmpdir(), 'keycard-launch-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const project = {
    path: (...names: string[]) => join(folder, ...names),
    write(name: string, text: string) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    },
    async launch(
      args: readonly string[],
      env: Record<string, string> = {},
      onSaid = (_stderr: string) => {},
      cwd = folder,
    ) {
      const child = spawn(process.execPath, [join(folder, 'server/launch.js'), ...args], {
        cwd,
        env,
      })
      let [stdout, stderr] = ['', '']
      child.stdout.on('data', (chunk) => {
        stdout += chunk
      })
      child.stderr.on('data', (chunk) => {
        stderr += chunk
        onSaid(stderr)
      })
      const [code] = (await once(child, 'close')) as [number | null]
      return { code, stdout, stderr }
    },
    countBuilds: () =>
      existsSync(join(folder, 'builds.log'))
        ? readFileSync(join(folder, 'builds.log'), 'utf8').split('\n').length - 1
        : 0,
  }
  project.write('package.json', '{ "type": "module" }')
  project.write('node_modules/typescript/package.json', '{}')
  project.write('node_modules/typescript/bin/tsc', compiler)
  project.write('node_modules/vite/package.json', '{}')
  project.write('node_modules/vite/bin/vite.js', bundler)
  project.write('server/main.ts', `console.log('started', ...process.argv.slice(2))`)
  for (const name of ['launch.js', 'launch', 'settings/env-file.js']) {
    cpSync(fileURLToPath(new URL(name, import.meta.url)), project.path('server', name), {
      recursive: true,
    })
  }
  return project
}

const started = { code: 0, stdout: 'started\n', stderr: '' }

describe('a start', () => {
  it('builds once, and not again while nothing has changed', async () => {
    const project = makeProject()
    const first = await project.launch(['main', '--verbose'])
    expect(first).toEqual({
      code: 0,
      stdout: 'started --verbose\n',
      stderr: 'Building… (first start only)\n',
    })
    expect(await project.launch(['main'])).toEqual(started)
    expect(project.countBuilds()).toBe(1)
  })

  it('builds again after a change, and forgets files whose source is gone', async () => {
    const project = makeProject()
    await project.launch(['main'])
    project.write('dist/server/left-over.js', '')
    project.write('server/main.ts', `console.log('changed')`)
    expect(await project.launch(['main'])).toEqual({
      code: 0,
      stdout: 'changed\n',
      stderr: 'Building… (something changed)\n',
    })
    expect(existsSync(project.path('dist/server/left-over.js'))).toBe(false)
  })

  it('does not build for a changed test', async () => {
    const project = makeProject()
    await project.launch(['main'])
    project.write('server/main.test.ts', '')
    expect(await project.launch(['main'])).toEqual(started)
  })

  it('uses what "npm run build" has built', async () => {
    const project = makeProject()
    expect(await project.launch(['build'])).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(await project.launch(['main'])).toEqual(started)
    expect(project.countBuilds()).toBe(1)
  })

  it('waits for another that builds, and both run', async () => {
    const project = makeProject()
    const ended = await Promise.all([1, 2, 3].map(() => project.launch(['main'])))
    expect(ended.map(({ code, stdout }) => ({ code, stdout }))).toEqual(
      Array(3).fill({ code: 0, stdout: 'started\n' }),
    )
    expect(project.countBuilds()).toBe(1)
    expect(existsSync(project.path('dist.building'))).toBe(false)
  })

  it('does not wait for a builder that was killed', async () => {
    const project = makeProject()
    const killed = spawn(process.execPath, ['server/launch.js', 'build'], { cwd: project.path() })
    await expect.poll(() => existsSync(project.path('builds.log'))).toBe(true)
    killed.kill('SIGKILL')
    await once(killed, 'close')
    project.write('dist.building/next/server/half.js', '')
    expect(await project.launch(['main'])).toMatchObject({ code: 0, stdout: 'started\n' })
    expect(existsSync(project.path('dist/server/half.js'))).toBe(false)
  })

  it('says so where it waits, and builds itself where the other is stopped', async () => {
    const project = makeProject()
    project.write('hold', '')
    const stopped = spawn(process.execPath, ['server/launch.js', 'build'], { cwd: project.path() })
    await expect.poll(() => existsSync(project.path('builds.log'))).toBe(true)
    const started = project.launch(['main'], {}, (said) => {
      if (!said.includes('waiting for it')) return
      stopped.kill('SIGTERM')
      rmSync(project.path('hold'), { force: true })
    })
    expect(await started).toEqual({
      code: 0,
      stdout: 'started\n',
      stderr: 'Another start builds: waiting for it…\nBuilding… (first start only)\n',
    })
  })

  it('shows what the tool said when the build fails, and leaves no half of it', async () => {
    const project = makeProject()
    await project.launch(['main'])
    project.write('server/main.ts', 'broken')
    const { code, stderr } = await project.launch(['main'])
    expect(code).toBe(1)
    expect(stderr).toContain('server/main.ts(1,1): error TS1: it is broken')
    expect(stderr).toMatch(/\nThe build failed\.\n$/)
    expect(existsSync(project.path('dist.building'))).toBe(false)
    // The broken source is tried again, and the previous build is not used in its place.
    expect((await project.launch(['main'])).code).toBe(1)
  })
})

describe('started by npm', () => {
  /** In npm's place, a process that starts the launcher and does nothing more, until it is killed. */
  const starter = `
    const { spawn } = require('node:child_process')
    spawn(process.execPath, ['server/launch.js', ...process.argv.slice(1)], { stdio: 'inherit' })`
  const stays = `
    setInterval(() => {}, 1_000)
    console.log('up')`
  const endsInOrder = `
    process.once('SIGHUP', () => {
      console.log('ended in order')
      process.exit()
    })`

  /** The output until both processes had ended: as long as one lives, the pipe is open. */
  async function killStarter(entry: string, source: string): Promise<string> {
    const project = makeProject()
    project.write('dist/server/main.js', source)
    project.write('dist/server/cli.js', source)
    const starting = spawn(process.execPath, ['-e', starter, entry], {
      cwd: project.path(),
      env: { NODE_ENV: 'production', npm_lifecycle_event: 'start' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let output = ''
    starting.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text
      if (text.includes('up')) starting.kill('SIGKILL')
    })
    await once(starting, 'close')
    return output
  }

  it('a server ends in order when npm is gone', async () => {
    expect(await killStarter('main', endsInOrder + stays)).toBe('up\nended in order\n')
  })

  it('a command ends when npm is gone', async () => {
    expect(await killStarter('cli', stays)).toBe('up\n')
  })
})

it('says how to get the packages that --omit=optional has left out', async () => {
  const project = makeProject()
  project.write(
    'node_modules/vite/bin/vite.js',
    `throw new Error('Cannot find native binding. npm has a bug')`,
  )
  const { code, stderr } = await project.launch(['build'])
  expect(code).toBe(1)
  expect(stderr).toMatch(/^Packages for this system are missing: .*--include=optional\n$/)
})

it('says where this user may not build', async () => {
  const project = makeProject()
  // The answer of a file system that is mounted read-only, to root too.
  const readOnly = `
    import fs from 'node:fs'
    import { syncBuiltinESMExports } from 'node:module'
    fs.mkdirSync = () => {
      throw Object.assign(new Error('read-only'), { code: 'EROFS' })
    }
    syncBuiltinESMExports()`
  const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(readOnly)}` }
  expect(await project.launch(['main'], env)).toEqual({
    code: 1,
    stdout: '',
    stderr: `There has to be a build, but not in ${realpathSync(project.path())}: it is mounted read-only. Build it first where it may be written: npm run build\n`,
  })
})

describe('in production', () => {
  const production = { NODE_ENV: 'production' }

  it('nothing is built, and one sentence says what to do', async () => {
    const project = makeProject()
    expect(await project.launch(['main'], production)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'There is no build here. Run this first: npm ci --include=dev && npm run build\n',
    })
    expect(project.countBuilds()).toBe(0)
  })

  it('the existing build runs, whatever has changed and without the tools', async () => {
    const project = makeProject()
    await project.launch(['build'])
    project.write('server/main.ts', 'broken')
    rmSync(project.path('node_modules/typescript'), { recursive: true })
    expect(await project.launch(['main'], production)).toEqual(started)
  })
})

describe('the working directory', () => {
  /** Prints the folder of the package, which the server uses. */
  const tells = `console.log(globalThis[Symbol.for('keycard.packageFolder')])`

  it('does not matter to it: .env and data are those of the package', async () => {
    const project = makeProject()
    project.write('dist/server/main.js', tells)
    const env = { NODE_ENV: 'production' }
    const { stdout } = await project.launch(['main'], env, undefined, tmpdir())
    expect(stdout).toBe(`${realpathSync(project.path())}\n`)
  })

  it.each(['', '\uFEFF'])('NODE_ENV=production in %j.env builds nothing', async (mark) => {
    const project = makeProject()
    project.write('.env', `${mark}NODE_ENV=production\r\n`)
    const { code, stderr } = await project.launch(['main'], {}, undefined, tmpdir())
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'There is no build here. Run this first: npm ci --include=dev && npm run build\n',
    })
    expect(project.countBuilds()).toBe(0)
  })
})

it('says how to use it', async () => {
  const { code, stderr } = await makeProject().launch(['nothing'])
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: 'Usage: node server/launch.js build|main|cli [arguments]\n',
  })
})

it('asks for the packages where there are none', async () => {
  const project = makeProject()
  rmSync(project.path('node_modules'), { recursive: true })
  expect(await project.launch(['main'])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'The packages are not installed here. Run this first: npm ci\n',
  })
})
