// POST /register: the registration form for browsers where no script has arrived, or ever will.

import type { FastifyInstance } from 'fastify'
import { AppError } from '../../contract/app-error.ts'
import { describeDevice } from '../../contract/device.ts'
import { type PageTexts, pageTexts } from '../../contract/pages/page-texts.ts'
import { noProblems, type RegisterSlots } from '../../contract/pages/register-page.ts'
import { pagePaths } from '../../contract/pages.ts'
import { safeReturnPath } from '../../contract/return-path.ts'
import type { Services } from '../../services.ts'
import { openDeviceCookie } from '../../web/device-cookie.ts'
import { acceptForm, type FormParameters } from '../../web/form-body.ts'
import { openRefreshCookie } from '../../web/refresh-cookie.ts'
import { asAppError } from '../../web/request-fault.ts'
import { sendAuthPage } from '../html/html-reply.ts'
import { toHttpError } from '../refusals/http-error.ts'
import type { FormPages } from './client-build.ts'
import { describeRefusal } from './sign-in-refusal.ts'

/** Redirects to `next`, signed in, or shows the page again with what is to be corrected. */
export async function registerForm(
  app: FastifyInstance,
  services: Services,
  build: FormPages<'registerPage'> | undefined,
): Promise<void> {
  const { config } = services
  acceptForm(app)

  app.setErrorHandler(async (error, request, reply) => {
    const { status, headers } = toHttpError(error)
    if (status === 500) request.log.error({ err: error }, 'registration failed')
    reply.code(status).headers(headers)
    const form = request.body as FormParameters | undefined
    const pages = build?.pagesFor(request)
    return sendAuthPage(request, reply, pages?.registerPage, {
      ...describeProblem(error, pages?.texts ?? pageTexts),
      next: safeReturnPath(form?.get('next')),
      username: form?.get('username') ?? '',
      email: form?.get('email') ?? '',
      passwordMinLength: config.passwordMinLength,
    })
  })

  app.post<{ Body: FormParameters }>(pagePaths.register, async (request, reply) => {
    const { body: form } = request
    const cookie = openRefreshCookie(request, reply, services)
    const deviceCookie = openDeviceCookie(request, reply, services)
    if (!cookie.available) {
      throw new AppError('cross_site', 'This form works in a browser, from our own page')
    }
    const { tokens, session } = await services.register({
      username: form.get('username')?.trim() ?? '',
      password: form.get('password') ?? '',
      email: form.get('email')?.trim() || null,
      fullName: null,
      client: services.clients.web,
      transport: 'cookie',
      device: { ...describeDevice(request), deviceId: deviceCookie.read() },
    })
    cookie.set(tokens.refresh_token, session)
    deviceCookie.renew(session.deviceId)
    // Never 307, which would post the password to the next page too (R18).
    return reply.header('cache-control', 'no-store').redirect(safeReturnPath(form.get('next')), 303)
  })
}

function describeProblem(
  error: unknown,
  texts: PageTexts,
): Pick<RegisterSlots, 'state' | 'message' | 'problems'> {
  const { registerMessages, sayProblems } = texts
  const { reason, fields = [] } = asAppError(error) ?? {}
  if (reason === 'registration_closed') {
    return { state: 'closed', message: registerMessages.closed, problems: noProblems }
  }
  if (fields.length > 0) {
    const message = registerMessages.correct
    return { state: 'error', message, problems: sayProblems(fields) }
  }
  return { ...describeRefusal(error, texts, registerMessages.refused), problems: noProblems }
}
