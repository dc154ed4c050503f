// The client's files, and its pages at the app's own paths and nowhere else (R77).

import { readdir } from 'node:fs/promises'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../../config.ts'
import type { AppPage } from '../../contract/app-pages.ts'
import { pageTexts } from '../../contract/pages/page-texts.ts'
import { noProblems } from '../../contract/pages/register-page.ts'
import { homePath, pagePaths } from '../../contract/pages.ts'
import { safeReturnPath } from '../../contract/return-path.ts'
import { sendAppPage, sendAuthPage } from '../html/html-reply.ts'
import type { ClientBuild } from './client-build.ts'
import { addLostCookie, comesFromForm, describeLostCookie } from './lost-cookie.ts'

export interface StaticClientOptions {
  /** undefined where nothing is built: the pages then say so. */
  build: ClientBuild | undefined
  /** The app's. Their paths may have parameters. */
  pages: readonly Pick<AppPage, 'path'>[]
  /**
   * Whether the request's cookie belongs to a live session; undefined where that cannot be known
   * now.
   */
  isSignedIn: (request: FastifyRequest) => Promise<boolean | undefined>
  /** Whether the request's browser keeps our cookie, of a live session or not. */
  keepsCookie: (request: FastifyRequest) => boolean
  config: Pick<Config, 'registration' | 'passwordMinLength' | 'publicUrl' | 'cookieSecure'>
}

export async function serveStaticClient(
  app: FastifyInstance,
  { build, pages, isSignedIn, keepsCookie, config }: StaticClientOptions,
): Promise<void> {
  if (build) await serveAssets(app, build.assetsDirectory)

  app.get<{ Querystring: { next?: unknown; reason?: unknown } }>(
    pagePaths.signIn,
    async (request, reply) => {
      if (!wantsPage(request)) return reply.callNotFound()
      const next = safeReturnPath(request.query.next)
      // A reason means that the app was just refused: it would come back here at once.
      const isSentHere = request.query.reason !== undefined
      if (!isSentHere && (await isSignedIn(request))) return redirect(reply, next)
      const pages = build?.pagesFor(request)
      const { openingSlots, openingMessages } = pages?.texts ?? pageTexts
      const lostCookie = describeLostCookie(config, openingMessages)
      return sendAuthPage(request, reply, pages?.loginPage, {
        ...openingSlots(request.query.reason, lostCookie),
        next,
        username: '',
      })
    },
  )

  app.get<{ Querystring: { next?: unknown } }>(pagePaths.register, async (request, reply) => {
    if (!wantsPage(request)) return reply.callNotFound()
    const next = safeReturnPath(request.query.next)
    if (await isSignedIn(request)) return redirect(reply, next)
    if (!config.registration) reply.code(403)
    const pages = build?.pagesFor(request)
    const { closed } = (pages?.texts ?? pageTexts).registerMessages
    return sendAuthPage(request, reply, pages?.registerPage, {
      ...(config.registration ? open : { state: 'closed', message: closed }),
      problems: noProblems,
      next,
      username: '',
      email: '',
      passwordMinLength: config.passwordMinLength,
    })
  })

  // An app may have a page there, for everyone.
  if (!pages.some(({ path }) => path === pagePaths.home))
    app.get(pagePaths.home, async (request, reply) => {
      if (!wantsPage(request)) return reply.callNotFound()
      // Where the session cannot be checked the app finds out: it waits for the database, and signs
      // no one out.
      if ((await isSignedIn(request)) !== false) return redirect(reply, homePath)
      // A link on another site sends no SameSite=Strict cookie: only the app can find out.
      if (request.headers['sec-fetch-site'] === 'cross-site') {
        return sendAppPage(request, reply, build?.pagesFor(request).appHtml)
      }
      return redirect(reply, pagePaths.signIn)
    })

  for (const { path } of pages) {
    app.get<{ Params: Record<string, string> }>(path, async (request, reply) => {
      const hasEmptyParameter = Object.values(request.params).includes('')
      if (hasEmptyParameter || !wantsPage(request)) return reply.callNotFound()
      const hasLostCookie = comesFromForm(request) && !keepsCookie(request)
      const pages = build?.pagesFor(request)
      if (!pages || !hasLostCookie) return sendAppPage(request, reply, pages?.appHtml)
      const sentence = describeLostCookie(config, pages.texts.openingMessages)
      return sendAppPage(request, reply, addLostCookie(pages.appHtml, sentence))
    })
  }
}

const open = { state: 'idle', message: '' } as const

/**
 * One route for all of them, since each would cost a start time and memory. Only a file's exact name
 * is answered: anything else is like any other unknown path.
 */
async function serveAssets(app: FastifyInstance, root: string) {
  const names = new Set((await readdir(root)).filter((name) => !/\.(br|gz)$/.test(name)))
  await app.register(async (assets) => {
    await assets.register(fastifyStatic, {
      root,
      serve: false,
      preCompressed: true,
      // The name holds the content's hash, so its content never changes (RFC 8246).
      maxAge: '365d',
      immutable: true,
    })
    assets.get<{ Params: { name: string } }>('/assets/:name', ({ params: { name } }, reply) =>
      names.has(name) ? reply.sendFile(name) : reply.callNotFound(),
    )
  })
}

/** A script that asks for JSON at a page's path gets a 404 it can read, not unexpected HTML. */
function wantsPage({ headers: { accept = '*/*' } }: FastifyRequest): boolean {
  return accept.trim() === '*/*' || /\btext\/html\b/i.test(accept)
}

/** 303, so that the next request is a GET; never cached, because it is only true right now. */
function redirect(reply: FastifyReply, path: string) {
  return reply.header('cache-control', 'no-store').redirect(path, 303)
}
