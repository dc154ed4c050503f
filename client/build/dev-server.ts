// The development server's routes: pages and sources from Vite, everything else from Keycard.

import type { IncomingMessage } from 'node:http'
import type { Plugin, ProxyOptions } from 'vite'
import { appPages } from '../../server/contract/app-pages.ts'
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

export function proxyToServer(target: string): Record<string, ProxyOptions> {
  const toServer: ProxyOptions = {
    target,
    configure(proxy) {
      proxy.on('proxyReq', (forwarded, { headers: { origin, host } }) => {
        // A page of this server counts as one of Keycard's own, as if it were open there.
        if (origin === `http://${host}`) forwarded.setHeader('origin', target)
      })
    },
  }
  return {
    '^/(trpc|docs|healthz|readyz|\\.well-known)([/?]|$)': toServer,
    '^/(token|revoke|introspect|openapi\\.json)(\\?|$)': toServer,
    // The sources of client/api have the same path as the REST API.
    '^/api/(?!.*\\.tsx?(\\?|$))': toServer,
    // Only the forms' POSTs arrive here: a GET has become /login.html or /register.html.
    '^/(login|register)(\\?|$)': toServer,
  }
}

const pages: readonly string[] = [
  pagePaths.home,
  ...Object.values(appPages).map(({ path }) => path),
]

function findPage(request: IncomingMessage): string | undefined {
  const path = request.url?.split('?', 1)[0] ?? ''
  if (path === pagePaths.signIn) return '/login.html'
  if (path === pagePaths.register) return '/register.html'
  return pages.includes(path) ? '/index.html' : undefined
}

function searchOf(request: IncomingMessage): string {
  const url = request.url ?? ''
  return url.includes('?') ? url.slice(url.indexOf('?')) : ''
}
