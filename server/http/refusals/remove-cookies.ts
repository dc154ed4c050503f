// POST /remove-cookies: the button on the page for a browser that sends more cookies than we read.

import type { FastifyInstance, FastifyRequest } from 'fastify'
import { AppError } from '../../contract/app-error.ts'
import { removeCookiesPath } from '../../contract/pages/refusal-page.ts'
import { pagePaths } from '../../contract/pages.ts'
import { isOwnCookie } from '../../web/browser-cookie.ts'
import { acceptForm } from '../../web/form-body.ts'
import { findOtherAddress, judgeOrigin, type OriginSettings } from '../../web/request-origin.ts'
import { weighCookies } from './large-headers.ts'

/** In characters: a proxy may buffer no more than 4 KB of an answer's headers. */
const answerMaxLength = 3_000

/** Another cookie of the same name may come from a parent domain. */
const ownMaxBytes = 1_024

/**
 * The largest first, as many as fit into the answer, and none of ours, so signed-in users stay
 * signed in.
 */
export async function removeCookiesForm(
  app: FastifyInstance,
  { config }: { config: OriginSettings },
): Promise<void> {
  acceptForm(app)
  app.post(removeCookiesPath, async (request, reply) => {
    const isOwnPage =
      judgeOrigin(request, config) === 'own' ||
      findOtherAddress(request, config.publicUrl) !== undefined
    if (!isOwnPage) throw new AppError('cross_site', 'This works in a browser, from our own page')
    return reply.header('set-cookie', listRemovals(request)).redirect(pagePaths.signIn, 303)
  })
}

function listRemovals({ headers, hostname, protocol }: FastifyRequest): string[] {
  const removals: string[] = []
  let length = 0
  for (const { name, bytes } of weighCookies(headers.cookie ?? '').largest) {
    if (isOwnCookie(name) && bytes < ownMaxBytes) continue
    const lines = describeRemovals(name, hostname, protocol === 'https')
    length += lines.join('').length
    if (length > answerMaxLength && removals.length > 0) break
    removals.push(...lines)
  }
  return removals
}

/**
 * RFC 6265 §5.3: only a cookie of the same domain and path is replaced, and the request names
 * neither.
 */
function describeRemovals(name: string, host: string, isHttps: boolean): string[] {
  const isPrefixed = /^__(?:Host|Secure)-/i.test(name)
  const removal = `${name}=; Path=/; Max-Age=0${isHttps || isPrefixed ? '; Secure' : ''}`
  return [removal, ...listDomains(host).map((domain) => `${removal}; Domain=${domain}`)]
}

/** `login.example.com` and `example.com`: an address or a single-word name is not a domain. */
function listDomains(host: string): string[] {
  const labels = host.split('.')
  if (labels.length < 2 || /^[\d.]+$|:/.test(host)) return []
  return labels.slice(0, -1).map((_label, index) => labels.slice(index).join('.'))
}
