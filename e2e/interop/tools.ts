// Tools of other languages that may be on this machine, and how each is found and run.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export interface Tool {
  name: string
  /** Its version, where it is installed. */
  find(): Promise<string | undefined>
  /** Against a listening server; what it printed, and whether all went well. */
  run(url: string): Promise<ToolReport>
}

export interface ToolReport {
  isOk: boolean
  output: string
}

/**
 * The first is whatever this machine calls Python; the second is Debian's, which has its packages.
 */
const pythons = ['python3', '/usr/bin/python3']

export const tools: readonly Tool[] = [
  { name: 'curl', find: findCurl, run: runCurl },
  describePython(
    'requests-oauthlib',
    'requests_oauthlib',
    'with_requests_oauthlib.py',
    'session-with-requests-oauthlib.py',
  ),
  describePython('Authlib', 'authlib', 'with_authlib.py', 'session-with-authlib.py'),
  describePython('PyJWT', 'jwt', 'with_pyjwt.py'),
]

/** `example` is the one of the docs: it prints the name of the signed-in user. */
function describePython(name: string, module: string, script: string, example?: string): Tool {
  const findPython = async () => {
    for (const python of pythons) {
      const { isOk, output } = await runProgram(python, [
        '-c',
        `import ${module}; print(${module}.__version__)`,
      ])
      if (isOk) return { python, version: output.trim() }
    }
    return undefined
  }
  return {
    name,
    find: async () => (await findPython())?.version,
    async run(url) {
      const found = await findPython()
      const runScript = (file: string) => {
        const path = fileURLToPath(new URL(file, import.meta.url))
        // -B: no folder of compiled files beside the sources.
        return runProgram(found?.python ?? 'python3', ['-B', path, url])
      }
      const cases = await runScript(script)
      if (example === undefined) return cases
      const shown = await runScript(`../client-examples/${example}`)
      const isOk = shown.isOk && shown.output.trim() === 'johndoe'
      const line = `  ${isOk ? 'passed' : 'FAILED'}  the example of docs/clients.md\n`
      return { isOk: cases.isOk && isOk, output: `${cases.output.trimEnd()}\n${line}` }
    },
  }
}

async function findCurl(): Promise<string | undefined> {
  const { isOk, output } = await runProgram('curl', ['--version'])
  return isOk ? output.split(' ')[1] : undefined
}

/** As in the README: no client named, so errors are FastAPI's. */
async function runCurl(url: string): Promise<ToolReport> {
  const lines: string[] = []
  let isOk = true
  const check = (what: string, holds: boolean) => {
    isOk &&= holds
    lines.push(`  ${holds ? 'passed' : 'FAILED'}  ${what}`)
  }
  const ask = async (...args: string[]) => {
    const { output } = await runProgram('curl', ['-s', '-w', '\n%{http_code}', ...args])
    const [body = '', status] = output.split(/\n(?=\d+$)/)
    return { status: Number(status), body: JSON.parse(body === '' ? '{}' : body) }
  }
  const tokenUrl = `${url}/token`
  const refresh = (token: string) =>
    ask('-d', 'grant_type=refresh_token', '--data-urlencode', `refresh_token=${token}`, tokenUrl)
  const call = (token: string) => ask('-H', `Authorization: Bearer ${token}`, `${url}/api/users/me`)

  const first = (await ask('-d', 'username=johndoe&password=secret', tokenUrl)).body
  const account = await call(first.access_token)
  check('signs in, and the token opens a call', account.body.username === 'johndoe')
  const wrong = await ask('-d', 'username=johndoe&password=wrong', tokenUrl)
  check('a wrong password is 401', wrong.status === 401 && wrong.body.error === 'invalid_grant')
  const second = (await refresh(first.refresh_token)).body
  check('refreshes', (await call(second.access_token)).status === 200)
  const third = (await refresh(second.refresh_token)).body
  const replay = await refresh(first.refresh_token)
  check('a refresh token two behind is 400', replay.status === 400)
  check('that replay ended the session', (await call(third.access_token)).status === 401)
  return { isOk, output: `${lines.join('\n')}\n` }
}

/** A missing program counts as a failed one. */
function runProgram(command: string, args: readonly string[]): Promise<ToolReport> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: 60_000 }, (error, stdout, stderr) => {
      resolve({ isOk: error === null, output: `${stdout}${error ? stderr : ''}` })
    })
  })
}
