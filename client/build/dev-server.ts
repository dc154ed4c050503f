// The development server's routes: pages and sources from Vite, everything else from Keycard.

import { statSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin, ProxyOptions } from 'vite'
import { findPage as findAppPage } from '../../server/contract/app-pages.ts'
import { pagePaths } from '../../server/contract/pages.ts'

/** `npm run dev` answers page paths as the built server does. */
export function servePages(): Plugin {
  return {
    name: 'keycard:serve-pages',
    apply: 'serve',
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        const page = request.method === 'GET' ? findPage(request) : undefined
        if (page) request.url = page + searchOf(request)
        next()
      })
    },
  }
}

/** Whatever is no page and no source: what an app's own server adds is reached without a line here. */
export function proxyToServer(target: string): Record<string, ProxyOptions> {
  return {
    '^/': {
      target,
      bypass: (request) => (isSource(request) ? request.url : undefined),
      configure(proxy) {
        proxy.on('proxyReq', (forwarded, { headers: { origin, host } }) => {
          // A page of this server counts as one of Keycard's own, as if it were open there.
          if (origin === `http://${host}`) forwarded.setHeader('origin', target)
        })
      },
    },
  }
}

const sources = fileURLToPath(new URL('..', import.meta.url))

/** Vite's own paths begin with `/@`; sources have the paths that they have in `client`. */
function isSource(request: IncomingMessage): boolean {
  const path = pathOf(request)
  if (path.startsWith('/@') || path.startsWith('/node_modules/')) return true
  return statSync(join(sources, path), { throwIfNoEntry: false })?.isFile() ?? false
}

function findPage(request: IncomingMessage): string | undefined {
  const path = pathOf(request)
  if (path === pagePaths.signIn) return '/login.html'
  if (path === pagePaths.register) return '/register.html'
  return path === pagePaths.home || findAppPage(path) ? '/index.html' : undefined
}

function searchOf(request: IncomingMessage): string {
  const url = request.url ?? ''
  return url.includes('?') ? url.slice(url.indexOf('?')) : ''
}

function pathOf(request: IncomingMessage): string {
  return request.url?.split('?', 1)[0] ?? ''
}
