// GET /docs: Swagger UI, served from here with our own page.

import { createRequire } from 'node:module'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { docsPath } from '../../contract/pages.ts'
import { applyTheme } from '../html/page-theme.ts'
import type { ClientBuild } from '../pages/client-build.ts'
import { docsScript, docsStyle, writeDocsHtml } from './docs-page.ts'

/** The package's own plugin requires a document plugin; its vendored files are enough. */
const swaggerFiles = path.join(
  path.dirname(createRequire(import.meta.url).resolve('@fastify/swagger-ui/package.json')),
  'static',
)

const servedFiles = new Set(['/swagger-ui-bundle.js', '/swagger-ui.css'])

/**
 * Swagger UI uses data: images and does not support Trusted Types, so its page has its own policy.
 */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "object-src 'none'",
  "frame-ancestors 'none'",
].join('; ')

export async function docsPlugin(
  app: FastifyInstance,
  build: Pick<ClientBuild, 'iconPath' | 'tokens'> | undefined,
): Promise<void> {
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('content-security-policy', contentSecurityPolicy)
  })

  const ownFiles = [
    { url: docsPath, type: 'text/html', content: writeDocsHtml(build?.iconPath) },
    { url: `${docsPath}/docs.js`, type: 'text/javascript', content: docsScript },
    {
      url: `${docsPath}/docs.css`,
      type: 'text/css',
      content: `${build?.tokens ?? ''}${docsStyle}`,
    },
  ]
  for (const { url, type, content } of ownFiles) {
    app.get(url, async (request, reply) =>
      reply
        .type(`${type}; charset=utf-8`)
        .headers({ 'cache-control': 'no-cache', vary: 'Cookie' })
        .send(url === docsPath ? applyTheme(content, request.headers) : content),
    )
  }

  await app.register(fastifyStatic, {
    root: swaggerFiles,
    prefix: docsPath,
    decorateReply: false,
    index: false,
    allowedPath: (file) => servedFiles.has(file),
  })
}
