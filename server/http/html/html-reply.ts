// HTML answers: never cached without asking the server, and compressed where the client accepts it.

import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isDataPath } from '../security-headers.ts'
import { applyTheme } from './page-theme.ts'
import type { PrerenderedPage } from './prerendered-page.ts'
import {
  describeRefusalPolicy,
  isNavigation,
  type Refusal,
  type RefusalPage,
} from './refusal-page.ts'

/** Sign-in or registration. The caller sets the status (`reply.code(401)`); 200 by default. */
export async function sendAuthPage<Slots>(
  request: FastifyRequest,
  reply: FastifyReply,
  page: PrerenderedPage<Slots> | undefined,
  slots: Slots,
) {
  return page ? sendHtml(request, reply, page.render(slots)) : sendNotBuilt(reply)
}

export async function sendAppPage(
  request: FastifyRequest,
  reply: FastifyReply,
  html: string | undefined,
) {
  return html === undefined ? sendNotBuilt(reply) : sendHtml(request, reply, html)
}

/** In the language of the person at the browser. */
export interface RefusalPages {
  pagesFor(request: FastifyRequest): { refusalPage: RefusalPage }
}

/** A page for a browser's navigation; JSON for programs, and wherever calls are answered. */
export async function sendRefusal(
  request: FastifyRequest,
  reply: FastifyReply,
  build: RefusalPages | undefined,
  refusal: Refusal,
  body: object = { detail: refusal.detail },
) {
  reply.code(refusal.status)
  if (!build || isDataPath(request.url) || !isNavigation(request.headers)) return reply.send(body)
  const { refusalPage: page } = build.pagesFor(request)
  reply.header('content-security-policy', describeRefusalPolicy(page.styleHash))
  return sendHtml(request, reply, page.render(refusal))
}

/** About one person: no cache keeps it, nor the browser's history. */
export async function sendPersonalPage<Slots>(
  request: FastifyRequest,
  reply: FastifyReply,
  page: PrerenderedPage<Slots> | undefined,
  slots: Slots,
) {
  if (!page) return sendNotBuilt(reply)
  reply.headers({
    'cache-control': 'no-store',
    'content-security-policy': describeRefusalPolicy(page.styleHash),
  })
  return sendHtml(request, reply, page.render(slots))
}

async function sendHtml(request: FastifyRequest, reply: FastifyReply, html: string) {
  reply.type('text/html; charset=utf-8').headers({
    'cache-control': reply.getHeader('cache-control') ?? 'no-cache',
    vary: 'Accept, Accept-Encoding, Accept-Language, Cookie',
  })
  const themed = applyTheme(html, request.headers)
  if (!acceptsGzip(request.headers['accept-encoding'])) return reply.send(themed)
  return reply.header('content-encoding', 'gzip').send(await gzipAsync(themed))
}

function sendNotBuilt(reply: FastifyReply) {
  return reply.code(503).type('text/plain; charset=utf-8').send(notBuilt)
}

const notBuilt = 'The pages are not built. Run `npm run build` and start again.\n'

const gzipAsync = promisify(gzip)

/** RFC 9110 §12.5.3; `gzip;q=0` refuses it. */
function acceptsGzip(acceptEncoding: string | string[] | undefined): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/i.test(String(acceptEncoding ?? ''))
}
