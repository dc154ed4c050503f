// GET and POST /forgot-password, and the links in mails: GET shows what a link does, POST does it.

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { AppError } from '../../contract/app-error.ts'
import { describeDevice } from '../../contract/device.ts'
import { mailPageMessages } from '../../contract/pages/mail-page.ts'
import { describeThrottle, signInMessages } from '../../contract/pages/sign-in-page.ts'
import { mailLinkPath, pagePaths } from '../../contract/pages.ts'
import type { Services } from '../../services.ts'
import { acceptForm, type FormParameters } from '../../web/form-body.ts'
import { asAppError } from '../../web/request-fault.ts'
import { judgeOrigin } from '../../web/request-origin.ts'
import { sendPersonalPage } from '../html/html-reply.ts'
import { toHttpError } from '../refusals/http-error.ts'
import type { ClientBuild } from './client-build.ts'
import {
  describeAsking,
  describeChoosing,
  describeFault,
  describeSecuring,
  describeSent,
  goneSlots,
  type MailPageSlots,
  offSlots,
  securedSlots,
} from './mail-page.ts'

type Build = Pick<ClientBuild, 'mailPage'> | undefined

export async function mailPages(
  app: FastifyInstance,
  services: Services,
  build: Build,
): Promise<void> {
  const { passwordReset, mailbox, config } = services
  const send = (request: FastifyRequest, reply: FastifyReply, slots: MailPageSlots) =>
    sendPersonalPage(request, reply, build?.mailPage, slots)

  /** A mailbox must not be filled, nor a link used, by a form on another site. */
  function requireOwnPage(request: FastifyRequest): void {
    if (judgeOrigin(request, config) !== 'own') {
      throw new AppError('cross_site', 'This form works in a browser, from our own page')
    }
  }

  app.setErrorHandler(async (error, request, reply) => {
    const { status, headers } = toHttpError(error)
    if (status === 500) request.log.error({ err: error }, 'a page of mail failed')
    reply.code(status).headers(headers)
    const form = request.body as FormParameters | undefined
    return send(request, reply, describeError(error, form?.get('username') ?? ''))
  })

  app.get<{ Querystring: { sent?: unknown; secured?: unknown } }>(
    pagePaths.forgotPassword,
    async (request, reply) => {
      if (!passwordReset.isEnabled) return send(request, reply.code(403), offSlots)
      const { sent, secured } = request.query
      if (sent !== undefined) return send(request, reply, describeSent(mailbox !== undefined))
      return send(request, reply, secured === undefined ? describeAsking() : securedSlots)
    },
  )

  // Nothing is used up by looking: scanners of mail follow every link before its reader does.
  app.get<{ Params: { token: string } }>(`${mailLinkPath}/:token`, async (request, reply) => {
    const { purpose, username } = await passwordReset.findLink(request.params.token)
    return send(
      request,
      reply,
      purpose === 'reset'
        ? describeChoosing(username, config.passwordMinLength)
        : describeSecuring(username),
    )
  })

  await app.register(async (forms) => {
    acceptForm(forms)

    forms.post<{ Body: FormParameters }>(pagePaths.forgotPassword, async (request, reply) => {
      requireOwnPage(request)
      const login = request.body.get('username') ?? ''
      await passwordReset.ask({ login, device: describeDevice(request) })
      return redirect(reply, `${pagePaths.forgotPassword}?sent`)
    })

    forms.post<{ Params: { token: string }; Body: FormParameters }>(
      `${mailLinkPath}/:token`,
      async (request, reply) => {
        requireOwnPage(request)
        const { token } = request.params
        const device = describeDevice(request)
        const { purpose, username } = await passwordReset.findLink(token)
        if (purpose === 'secure') {
          await passwordReset.endSessions({ token, device })
          return redirect(reply, `${pagePaths.forgotPassword}?secured`)
        }
        const newPassword = request.body.get('new_password') ?? ''
        try {
          await passwordReset.choosePassword({ token, newPassword, device })
        } catch (error) {
          const [problem] = asAppError(error)?.fields ?? []
          if (problem === undefined) throw error
          const sentence = `The password ${problem.message}.`
          return send(
            request,
            reply.code(422),
            describeChoosing(username, config.passwordMinLength, sentence),
          )
        }
        return redirect(reply, `${pagePaths.signIn}?reason=password-reset`)
      },
    )
  })
}

function describeError(error: unknown, username: string): MailPageSlots {
  const { reason, retryAfterSeconds } = asAppError(error) ?? {}
  switch (reason) {
    case 'mail_not_set_up':
      return offSlots
    case 'not_found':
      return goneSlots
    case 'invalid_input':
      return describeAsking(username, mailPageMessages.askMissing)
    case 'too_many_requests':
      return describeAsking(username, describeThrottle(retryAfterSeconds ?? 1))
    case 'overloaded':
      return describeFault(signInMessages.overloaded)
    case undefined:
    case 'unavailable':
      return describeFault(signInMessages.fault)
    default:
      return describeFault(mailPageMessages.refused)
  }
}

/** 303, so that reloading the next page sends nothing again. */
function redirect(reply: FastifyReply, path: string) {
  return reply.header('cache-control', 'no-store').redirect(path, 303)
}
