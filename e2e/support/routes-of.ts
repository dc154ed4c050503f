// Every path that an app answers, read from the app itself: a new one is included by itself.

import type { FastifyInstance } from 'fastify'

/** As Fastify writes them: `/api/items/:id`. Without the files of the built client. */
export function listRoutes(app: FastifyInstance): string[] {
  const parts: string[] = []
  const routes: string[] = []
  for (const line of app.printRoutes({ commonPrefix: false }).split('\n')) {
    const [, indent = '', part = '', methods] = /^([│ ]*)[├└]── (\S+)( \(.+\))?$/.exec(line) ?? []
    if (part === '') continue
    parts.length = indent.length / 4
    parts.push(part)
    if (methods !== undefined) routes.push(parts.join(''))
  }
  return routes.filter((route) => !route.startsWith('/assets/'))
}
