// Without scripts: who is signed in, and the form that signs out.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../../contract/app-error.ts'
import { describeDevice } from '../../contract/device.ts'
import { pagePaths } from '../../contract/pages.ts'
import type { Services } from '../../services.ts'
import { readCookie } from '../../web/browser-cookie.ts'
import { acceptForm } from '../../web/form-body.ts'
import { openRefreshCookie } from '../../web/refresh-cookie.ts'
import { sendPersonalPage } from '../html/html-reply.ts'
import type { ClientBuild } from './client-build.ts'

export async function signOutForm(
  app: FastifyInstance,
  services: Services,
  build: Pick<ClientBuild, 'pagesFor'> | undefined,
): Promise<void> {
  const { tokenLookup, users, config } = services
  app.get(pagePaths.withoutScripts, async (request, reply) => {
    const token = readCookie(request, 'keycard', config)
    const found = token && (await tokenLookup.find(token))
    const user =
      found && found.kind === 'refresh_token' && (await users.findById(found.session.userId))
    if (!user || !build) {
      return reply.header('cache-control', 'no-store').redirect(pagePaths.signIn, 303)
    }
    return sendPersonalPage(request, reply, build.pagesFor(request).noScriptPage, user)
  })

  await app.register(async (form) => {
    acceptForm(form)
    form.post(pagePaths.signOut, (request, reply) => signOutByForm(services, request, reply))
  })
}

async function signOutByForm(services: Services, request: FastifyRequest, reply: FastifyReply) {
  // Checks that one of our own pages sent it (R70).
  const cookie = openRefreshCookie(request, reply, services)
  if (!cookie.available) {
    throw new AppError('cross_site', 'This form works in a browser, from our own page')
  }
  await services.signOut.byRefreshToken(cookie.read() ?? '', describeDevice(request))
  cookie.clear()
  return reply
    .header('cache-control', 'no-store')
    .redirect(`${pagePaths.signIn}?reason=signed-out`, 303)
}
