// GET /language?to=de: the person's choice of a language, from any of our pages, with scripts or without.

import { stringifySetCookie } from 'cookie'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Config } from '../../config.ts'
import { languageCookie, languagePath, pagePaths } from '../../contract/pages.ts'
import type { ClientBuild } from './client-build.ts'

/** As long as RFC 6265bis §5.5 lets a cookie live, in seconds. */
const rememberedSeconds = 400 * 86_400

/**
 * Back to the page that it came from. The cookie grants nothing, and lasts beyond the sign-in. A
 * link of another site leads to the sign-in page, and changes nothing.
 */
export async function languageLink(
  app: FastifyInstance,
  { config }: { config: Pick<Config, 'cookieSecure'> },
  build: Pick<ClientBuild, 'languages'> | undefined,
): Promise<void> {
  app.get<{ Querystring: { to?: unknown } }>(languagePath, async (request, reply) => {
    const value = build?.languages.find((tag) => tag === request.query.to)
    const path = findOwnReferrer(request)
    reply.header('cache-control', 'no-store')
    if (value === undefined || path === undefined) return reply.redirect(pagePaths.signIn, 303)
    const line = stringifySetCookie({
      ...{ name: languageCookie, value, path: '/', maxAge: rememberedSeconds },
      ...{ httpOnly: true, sameSite: 'lax', secure: config.cookieSecure },
    })
    return reply.header('set-cookie', line).redirect(path, 303)
  })
}

/** Our pages send their whole address to ourselves (Referrer-Policy: same-origin). */
function findOwnReferrer({ headers, host }: FastifyRequest): string | undefined {
  const { referer = '' } = headers
  if (!URL.canParse(referer)) return undefined
  const url = new URL(referer)
  // A browser reads `//host` and `/\host` as the address of another site.
  return url.host === host && /^\/(?![/\\])/.test(url.pathname)
    ? url.pathname + url.search
    : undefined
}
