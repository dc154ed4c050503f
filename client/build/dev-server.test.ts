// The development server: pages and sources are Vite's, and everything else is the server's.

import { createServer as createHttpServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { createServer, type ViteDevServer } from 'vite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { proxyToServer, servePages } from './dev-server.ts'

let behind: Server
let vite: ViteDevServer
let url: string

beforeAll(async () => {
  behind = createHttpServer(({ method, url: path }, response) => response.end(`${method} ${path}`))
  await new Promise<void>((resolve) => behind.listen(0, '127.0.0.1', resolve))
  const { port } = behind.address() as AddressInfo
  vite = await createServer({
    configFile: false,
    logLevel: 'silent',
    root: fileURLToPath(new URL('..', import.meta.url)),
    appType: 'mpa',
    plugins: [servePages()],
    optimizeDeps: { noDiscovery: true },
    server: { port: 0, host: '127.0.0.1', proxy: proxyToServer(`http://127.0.0.1:${port}`) },
  })
  await vite.listen()
  const [local = ''] = vite.resolvedUrls?.local ?? []
  url = local.replace(/\/$/, '')
})
afterAll(async () => {
  await vite.close()
  behind.close()
})

const ask = async (path: string, method = 'GET') =>
  (await fetch(url + path, { method, headers: { accept: 'text/html' } })).text()

test.each([
  ['GET', '/trpc/users.me?batch=1'],
  ['GET', '/api/users/me'],
  ['GET', '/me.txt'],
  ['GET', '/an/app/of/mine'],
  ['POST', '/token'],
  ['POST', '/login'],
])('%s %s reaches the server', async (method, path) => {
  expect(await ask(path, method)).toBe(`${method} ${path}`)
})

test.each(['/', '/login', '/account', '/main.tsx', '/api/trpc.ts', '/@vite/client'])(
  '%s is Vite’s',
  async (path) => {
    expect(await ask(path)).not.toMatch(/^GET /)
  },
)
