// The README and docs/ compared with the code: examples run, links lead somewhere, tables are complete.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { TokenResponse } from '../../server/contract/oauth.ts'
import { startTestServer } from '../support/test-server.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const readme = readText('README.md')

describe('the examples', () => {
  let server: Awaited<ReturnType<typeof startTestServer>>

  beforeAll(async () => {
    server = await startTestServer()
  })

  afterAll(() => server.close())

  it('shows the typed client as it is', () => {
    const [, shown] = /```ts\n(import \{ createTRPCClient[\s\S]*?)```/.exec(readme) ?? []
    expect(shown).toBe(readText('e2e/typed-client.ts'))
  })

  it('has a typed client that signs in and calls a protected procedure', async () => {
    const { code, output } = await runTypedClient(server.url)
    expect(output).toBe("{ message: 'Access granted', user: 'johndoe' }\n")
    expect(code).toBe(0)
  })

  it('gets a token with the first curl line, and the account with the second', async () => {
    const [askForToken = '', askForAccount = ''] = readme.match(/^curl .*$/gm) ?? []
    const answer = await send(askForToken)
    expect(answer.status).toBe(200)
    const { access_token: token } = (await answer.json()) as TokenResponse
    const account = await send(askForAccount.replace('$TOKEN', token))
    expect(await account.json()).toMatchObject({ username: 'johndoe' })
  })

  /** What curl sends for `-d`, `-H` and an address: the same on machines that have no curl. */
  function send(command: string): Promise<Response> {
    const words = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map((word) =>
      word.slice(1).find((text) => text !== undefined),
    )
    const body = words[words.indexOf('-d') + 1]
    const [name = '', value = ''] = words[words.indexOf('-H') + 1]?.split(': ') ?? []
    const address = words.at(-1)?.replace('localhost:3000', server.url) ?? ''
    if (words[1] === '-d' && body !== undefined) {
      // fetch, too, sends URLSearchParams as application/x-www-form-urlencoded.
      return fetch(address, { method: 'POST', body: new URLSearchParams(body) })
    }
    return fetch(address, { headers: { [name]: value } })
  }
})

describe('the example of a test', () => {
  it('is shown as the browser tests run it', () => {
    const [, shown] =
      /```ts\n(import \{ expect, test \}[\s\S]*?)```/.exec(readText('docs/building.md')) ?? []
    const [, run] = /^\/\/ .*\n\n([\s\S]*)$/.exec(readText('e2e/example.spec.ts')) ?? []
    expect(shown).toBeDefined()
    expect(shown).toBe(run)
  })
})

describe('the references', () => {
  const documents = [
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'SECURITY.md',
    ...listDocuments(),
  ]

  it.each(documents)('of %s lead to existing files', (document) => {
    const missing = listReferences(readText(document)).filter(
      (target) => !existsSync(join(root, dirname(document), target)),
    )
    expect(missing).toEqual([])
  })

  it('are found at all', () => {
    expect(listReferences(readme)).toEqual(
      expect.arrayContaining([
        'docs/pictures/three-pages-dark.png',
        'e2e/typed-client.ts',
        'docs/security.md',
      ]),
    )
  })
})

describe('the tables', () => {
  it('name every setting, and nothing that is not one', () => {
    const inTable =
      readText('docs/settings.md').match(/(?<=^\|.*`)[A-Z]+(_[A-Z]+)*(?=`.*\|$)/gm) ?? []
    const inExample = [...readText('.env.example').matchAll(/^# ([A-Z_]+)=/gm)].map(
      ([, name]) => name,
    )
    const inConfig = [
      ...readText('server/config.ts').matchAll(/(?:env\.|read\.\w+\(\s*')([A-Z]+(?:_[A-Z]+)*)\b/g),
    ].map(([, name]) => name)
    expect(sortNames(inTable)).toEqual(sortNames(inConfig))
    expect(sortNames(inExample)).toEqual(sortNames(inConfig))
  })

  it('name commands that exist', () => {
    const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> }
    const named = [...readme.matchAll(/npm (?:run )?(start|test|(?<=run )[\w-]+)/g)].map(
      ([, name]) => name,
    )
    expect(named).toEqual(expect.arrayContaining(['dev', 'start', 'test', 'keycard']))
    expect(named.filter((name) => name === undefined || !(name in scripts))).toEqual([])
  })
})

async function runTypedClient(url: string): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'e2e/typed-client.ts', url], {
    cwd: root,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output }
}

function listDocuments(): string[] {
  return readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll('\\', '/')}`)
}

/** Targets of links and pictures that lie in this repository, without what follows a `#`. */
function listReferences(markdown: string): string[] {
  const text = markdown.replace(/^```[\s\S]*?^```/gm, '')
  return [...text.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)]
    .map(([, link, attribute]) => link ?? attribute ?? '')
    .filter((target) => !/^(https?:|mailto:|#)/.test(target))
    .map((target) => target.replace(/#.*$/, ''))
}

function sortNames(names: readonly (string | undefined)[]): string[] {
  return [...new Set(names)].map(String).sort()
}

function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}
