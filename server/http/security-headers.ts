// The headers of every answer that tell the browser what to refuse (R74).

import type { FastifyInstance } from 'fastify'

export interface SecurityHeaderOptions {
  /** Strict-Transport-Security is for https only. */
  publicUrl: string
  /** Hashes of inlined styles: 'sha256-…'. */
  styleHashes: readonly string[]
}

export interface SecurityHeaders {
  /** Few, because they travel with every call. Data that is opened as a page may do nothing. */
  readonly ofData: Readonly<Record<string, string>>
  readonly ofPages: Readonly<Record<string, string>>
}

/** The strings are made once: they are the same for every answer. */
export function createSecurityHeaders(options: SecurityHeaderOptions): SecurityHeaders {
  return { ofData: describeDataHeaders(options), ofPages: describePageHeaders(options) }
}

/**
 * Set as each request arrives, so that errors bear them too, and a route may still set its own
 * (Swagger UI's page does).
 */
export function addSecurityHeaders(
  app: FastifyInstance,
  { ofData, ofPages }: SecurityHeaders,
): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(isDataPath(request.url) ? ofData : ofPages)
    done()
  })
}

/** Where calls are answered, with JSON only. */
export function isDataPath(url: string): boolean {
  return dataPath.test(url)
}

const dataPath = /^\/(?:trpc|api)(?:[/?]|$)/

function describeDataHeaders({ publicUrl }: SecurityHeaderOptions): Record<string, string> {
  return {
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
    ...(publicUrl.startsWith('https:') && {
      // Two years, in seconds.
      'strict-transport-security': 'max-age=63072000',
    }),
  }
}

function describePageHeaders(options: SecurityHeaderOptions): Record<string, string> {
  return {
    ...describeDataHeaders(options),
    'content-security-policy': describePolicy(options.styleHashes),
    // Not no-referrer: with it a form's POST says `Origin: null`, and R70 needs the origin.
    'referrer-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
  }
}

function describePolicy(styleHashes: readonly string[]): string {
  const directives = {
    'default-src': ["'none'"],
    'script-src': ["'self'"],
    'style-src': ["'self'", ...styleHashes.map((hash) => `'${hash}'`)],
    'img-src': ["'self'"],
    'font-src': ["'self'"],
    'connect-src': ["'self'"],
    'form-action': ["'self'"],
    'base-uri': ["'none'"],
    'object-src': ["'none'"],
    'frame-ancestors': ["'none'"],
    'require-trusted-types-for': ["'script'"],
    // No policy may be created: none of our code turns text into HTML or script.
    'trusted-types': ["'none'"],
  }
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ')
}
