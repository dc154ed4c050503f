// POST /login: the sign-in form for browsers where no script has arrived, or ever will.

import type { FastifyInstance } from 'fastify'
import { AppError } from '../../contract/app-error.ts'
import { describeDevice } from '../../contract/device.ts'
import { pageTexts } from '../../contract/pages/page-texts.ts'
import { openingMessages } from '../../contract/pages/sign-in-opening.ts'
import { pagePaths } from '../../contract/pages.ts'
import { safeReturnPath } from '../../contract/return-path.ts'
import type { Services } from '../../services.ts'
import { openDeviceCookie } from '../../web/device-cookie.ts'
import { acceptForm, type FormParameters } from '../../web/form-body.ts'
import { openRefreshCookie } from '../../web/refresh-cookie.ts'
import { sendAuthPage } from '../html/html-reply.ts'
import { toHttpError } from '../refusals/http-error.ts'
import type { FormPages } from './client-build.ts'
import { describeRefusal } from './sign-in-refusal.ts'

/** Redirects to `next` with the right password, else shows the page again. */
export async function loginForm(
  app: FastifyInstance,
  services: Services,
  build: FormPages<'loginPage'> | undefined,
): Promise<void> {
  acceptForm(app)

  app.setErrorHandler(async (error, request, reply) => {
    const { status, headers } = toHttpError(error)
    if (status === 500) request.log.error({ err: error }, 'sign-in failed')
    reply.code(status).headers(headers)
    const form = request.body as FormParameters | undefined
    const pages = build?.pagesFor(request)
    const { texts = pageTexts } = pages ?? {}
    return sendAuthPage(request, reply, pages?.loginPage, {
      ...describeRefusal(error, texts, texts.signInMessages.refused),
      next: safeReturnPath(form?.get('next')),
      username: form?.get('username') ?? '',
    })
  })

  app.post<{ Body: FormParameters }>(pagePaths.signIn, async (request, reply) => {
    const { body: form } = request
    const cookie = openRefreshCookie(request, reply, services)
    const deviceCookie = openDeviceCookie(request, reply, services)
    if (!cookie.available) {
      throw new AppError('cross_site', 'This form works in a browser, from our own page')
    }
    const username = form.get('username')
    const password = form.get('password')
    if (username === undefined || password === undefined) {
      throw new AppError('invalid_input', openingMessages.missingFields)
    }
    const { tokens, session } = await services.passwordGrant({
      username,
      password,
      scope: undefined,
      client: services.clients.web,
      transport: 'cookie',
      // Browsers do not send an unticked box.
      rememberMe: form.get('remember_me') !== undefined,
      device: { ...describeDevice(request), deviceId: deviceCookie.read() },
    })
    cookie.set(tokens.refresh_token, session)
    deviceCookie.renew(session.deviceId)
    // Never 307, which would post the password to the next page too (R18).
    return reply.header('cache-control', 'no-store').redirect(safeReturnPath(form.get('next')), 303)
  })
}
