// Keycard as an operator runs it: the built server in a process of its own, judged by its output.

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { productName } from '../../server/contract/brand.ts'
import { findFreePort } from './test-server.ts'

export interface Ended {
  code: number | null
  stdout: string
  stderr: string
}

interface ProcessOptions {
  env: Record<string, string>
  /** What is piped into it. */
  input?: string
  /** Where it is started. */
  cwd?: string
  /** Node's own arguments. */
  execArgv?: string[]
  onStart?: (pid: number) => void
}

/** `main` or `cli`; resolves when it has ended. `npm run build` comes first. */
export async function runKeycard(
  entry: 'main' | 'cli',
  args: readonly string[],
  { env, input = '', cwd, execArgv, onStart = () => {} }: ProcessOptions,
): Promise<Ended> {
  const child = startKeycard(entry, args, env, execArgv, cwd)
  onStart(child.pid ?? 0)
  child.stdin?.end(input)
  const [stdout, stderr] = [gather(child.stdout), gather(child.stderr)]
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, stdout: await stdout, stderr: await stderr }
}

export interface ServerProcess {
  process: ChildProcess
  url: string
  /** All output so far. */
  readonly said: string
}

/** In milliseconds: a server that is not ready by then is ended, and the test says what it printed. */
const longestStartMs = 60_000

/**
 * A server that has said that it is ready; the caller ends it.
 * @param execArgv Node's own arguments
 */
export async function startServer(
  env: Record<string, string>,
  execArgv: string[] = [],
): Promise<ServerProcess> {
  const port = await findFreePort()
  const child = startKeycard('main', [], { PORT: String(port), ...env }, execArgv)
  let said = ''
  let isStarted = () => {}
  const isReady = new Promise<boolean>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      // To its end: to stop reading would break the pipe that the log goes into.
      stream?.on('data', (chunk) => {
        said += String(chunk)
        if (said.includes(`${productName} is ready`)) resolve(true)
      })
    }
    child.once('close', () => resolve(false))
    const timer = setTimeout(() => child.kill('SIGKILL'), longestStartMs).unref()
    child.once('close', () => clearTimeout(timer))
    isStarted = () => clearTimeout(timer)
  })
  if (!(await isReady)) throw new Error(`Keycard ended before it was ready: ${said}`)
  isStarted()
  return {
    process: child,
    url: `http://localhost:${env.PORT ?? port}`,
    get said() {
      return said
    },
  }
}

function startKeycard(
  entry: string,
  args: readonly string[],
  env: Record<string, string>,
  execArgv: string[] = [],
  cwd?: string,
) {
  const file = fileURLToPath(new URL(`../../dist/server/${entry}.js`, import.meta.url))
  return fork(file, args, {
    env: { PATH: process.env.PATH ?? '', BCRYPT_COST: '10', ...env },
    execArgv,
    silent: true,
    ...(cwd !== undefined && { cwd }),
  })
}

async function gather(stream: AsyncIterable<unknown> | null): Promise<string> {
  let text = ''
  for await (const chunk of stream ?? []) text += String(chunk)
  return text
}
