// The examples of docs/clients.md and docs/existing-apps.md: apps beside Keycard, in front of it
// and around it.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createServer as createVite } from 'vite'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestApp } from '../server/testing/test-app.ts'
import { findFreePort, startTestServer } from './support/test-server.ts'

const folder = new URL('host-examples/', import.meta.url)
const examples = readdirSync(folder).filter((name) => name.endsWith('.ts'))
const running: ChildProcess[] = []
const json = { 'content-type': 'application/json' }
const johndoe = { username: 'johndoe', password: 'secret' }

let server: Awaited<ReturnType<typeof startTestServer>>
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(async () => {
  for (const child of running) {
    child.kill()
    if (child.exitCode === null) await once(child, 'exit')
  }
  await server.close()
})

/** Returns its address once it has said that it is ready. */
async function start(name: string, env: Record<string, string>): Promise<string> {
  const port = await findFreePort()
  const child = spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL(name, folder))], {
    env: { ...process.env, NODE_ENV: 'test', LOG_LEVEL: 'silent', PORT: String(port), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  running.push(child)
  const url = `http://localhost:${port}`
  for await (const chunk of child.stdout) if (String(chunk).includes('ready')) return url
  throw new Error(`${name} has ended before it was ready`)
}

async function tokenFrom(url: string): Promise<string> {
  const answer = await fetch(`${url}/token`, { method: 'POST', body: new URLSearchParams(johndoe) })
  return ((await answer.json()) as { access_token: string }).access_token
}

async function get(url: string, token?: string) {
  const answer = await fetch(url, token ? { headers: { authorization: `Bearer ${token}` } } : {})
  return { status: answer.status, text: await answer.text() }
}

/** As a browser that has signed in at a page of that origin. */
async function signInByCookie(url: string, origin: string) {
  const answer = await fetch(`${url}/trpc/auth.login`, {
    method: 'POST',
    headers: { ...json, origin, 'sec-fetch-site': 'same-origin' },
    body: JSON.stringify(johndoe),
  })
  const cookies = answer.headers.getSetCookie().map((line) => line.split(';', 1)[0])
  return { status: answer.status, cookie: cookies.join('; ') }
}

describe('the documents', () => {
  const pages = ['clients', 'existing-apps'].map((name) =>
    readFileSync(new URL(`../docs/${name}.md`, import.meta.url), 'utf8'),
  )

  test.each(examples)('show %s as it is', (name) => {
    expect(pages.join('')).toContain(
      `\`\`\`ts\n${readFileSync(new URL(name, folder), 'utf8')}\`\`\``,
    )
  })

  test('the examples compile against the built types', () => {
    const root = fileURLToPath(new URL('..', import.meta.url))
    const compile = (project: string) =>
      spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', project], {
        cwd: root,
        encoding: 'utf8',
      }).stdout
    expect(compile('server/tsconfig.types.json')).toBe('')
    expect(compile('e2e/host-examples')).toBe('')
  })
})

describe.each([
  { name: 'in-node.ts', path: '/rpc/plants' },
  { name: 'in-fastify.ts', path: '/plants' },
])('$name', ({ name, path }) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'keycard-host-'))
  let url: string
  beforeAll(async () => {
    const port = await findFreePort()
    url = await start(name, {
      DATA_DIR: dataDir,
      PORT: String(port),
      PUBLIC_URL: `http://localhost:${port}`,
    })
    url = `http://localhost:${port}`
  })
  afterAll(async () => {
    const child = running.pop()
    child?.kill()
    if (child && child.exitCode === null) await once(child, 'exit')
    rmSync(dataDir, { recursive: true })
  })

  test('has Keycard at its own address: pages, tokens, cookies, calls', async () => {
    expect((await get(`${url}/login`)).text).toContain('<form')
    const token = await tokenFrom(url)
    expect((await get(`${url}/api/users/me`, token)).status).toBe(200)
    const { cookie } = await signInByCookie(url, url)
    expect(cookie).toContain('keycard=')
    expect((await get(`${url}/api/no-such-path`)).status).toBe(404)
  })

  test('knows the caller in its own paths, and when they have signed out', async () => {
    const token = await tokenFrom(url)
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
    const answer = await get(url + path, token)
    expect(answer.status).toBe(200)
    expect(answer.text).toContain(`"plantsOf":"${claims.sub}"`)
    expect((await get(url + path)).status).toBe(401)
    await fetch(`${url}/revoke`, { method: 'POST', body: new URLSearchParams({ token }) })
    expect((await get(url + path, token)).status).toBe(401)
  })

  test('ends on request, with its connections', async () => {
    const child = running.at(-1)
    if (process.platform === 'win32') return
    child?.kill('SIGTERM')
    const [code] = child?.exitCode === null ? await once(child, 'exit') : [child?.exitCode]
    expect(code).toBe(0)
  })
})

test('beside.ts verifies by the keys alone, and asks where a sign-out has to count', async () => {
  const { secret } = await server.services.clients.add({
    id: 'plants',
    name: 'Plants',
    isConfidential: true,
    isFirstParty: false,
    grants: ['client_credentials'],
    scopes: ['users:read'],
  })
  const credentials = { CLIENT_ID: 'plants', CLIENT_SECRET: secret ?? '' }
  const url = await start('beside.ts', { PUBLIC_URL: server.url, ...credentials })
  const token = await tokenFrom(server.url)
  const headers = { authorization: `Bearer ${token}` }
  const askBoth = async () => [
    (await fetch(url, { headers })).status,
    (await fetch(url, { method: 'POST', headers })).status,
  ]
  expect(await askBoth()).toEqual([200, 200])
  await fetch(`${server.url}/revoke`, { method: 'POST', body: new URLSearchParams({ token }) })
  expect(await askBoth()).toEqual([200, 401])
  expect((await get(url, `${token.slice(0, -3)}AAA`)).status).toBe(401)
})

test('renderer.ts finds the session by the cookie, and hands the new one back', async () => {
  const url = await start('renderer.ts', { KEYCARD_URL: server.url, PUBLIC_URL: server.url })
  const { cookie } = await signInByCookie(server.url, server.url)
  const answer = await fetch(url, { headers: { cookie } })
  expect(await answer.text()).toBe('Hello, johndoe')
  expect(answer.headers.getSetCookie().join()).toContain('keycard=')
  const anonymous = await fetch(url, { redirect: 'manual' })
  expect([anonymous.status, anonymous.headers.get('location')]).toEqual([303, '/login'])
})

test.each([
  { trusted: '127.0.0.1', status: 200 },
  { trusted: '', status: 429 },
])(
  'with TRUSTED_PROXIES=$trusted a guesser behind a renderer gives others $status',
  async ({ trusted, status }) => {
    const env = { TRUSTED_PROXIES: trusted, SIGN_IN_FAILURES_PER_ADDRESS: '3' }
    const keycard = await openTestApp({ env })
    const post = (person: string, password: string) =>
      keycard.app.inject({
        method: 'POST',
        url: '/token',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'x-forwarded-for': person,
        },
        payload: new URLSearchParams({ ...johndoe, password }).toString(),
      })
    for (let count = 0; count < 3; count++) await post('203.0.113.1', 'wrong')
    expect((await post('198.51.100.2', johndoe.password)).statusCode).toBe(status)
    await keycard.close()
  },
)

test('vite.config.ts brings Keycard to a page of another port, cookie and all', async () => {
  process.env.KEYCARD_URL = server.url
  const vite = await createVite({
    configFile: fileURLToPath(new URL('vite.config.ts', folder)),
    root: fileURLToPath(folder),
    logLevel: 'silent',
    server: { port: await findFreePort(), host: 'localhost' },
  })
  await vite.listen()
  const origin = `http://localhost:${vite.config.server.port}`
  const { status, cookie } = await signInByCookie(origin, origin)
  expect(status).toBe(200)
  const refreshed = await fetch(`${origin}/trpc/auth.refresh`, {
    method: 'POST',
    headers: { ...json, cookie, origin, 'sec-fetch-site': 'same-origin' },
  })
  expect(refreshed.status).toBe(200)
  await vite.close()
})
