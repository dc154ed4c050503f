// The sending of mail, and the way back to an account by it.

import { createPasswordReset } from '../../auth/account/password-reset.ts'
import { startMailDelivery } from '../../auth/mail/mail-delivery.ts'
import { createSmtpTransport } from '../../auth/mail/mail-transport.ts'
import { createTestMail } from '../../auth/mail/test-mail.ts'
import { createMailThrottle } from '../../auth/throttle/mail-throttle.ts'
import { mailLinkPath, pagePaths } from '../../contract/pages.ts'
import type { Changes } from './change-feed.ts'
import type { Foundation } from './foundation.ts'
import type { Mail } from './mail.ts'
import type { SessionServices } from './sessions.ts'
import type { Throttle } from './throttle.ts'
import type { UserServices } from './users.ts'

export type MailServices = ReturnType<typeof startMail>

/** The way back to an account by mail, and the sending. */
export function startMail(
  deps: Foundation & Changes & Throttle & SessionServices & UserServices & Mail,
) {
  const { config, serving, logger, database, clock, passwords, auditLog, warn } = deps
  const { loginThrottle, counters, masterKeys, forgetKnown, sessions, users, passwordProblem } =
    deps
  const { outbox, mailLinks, mailNotices, mailbox } = deps
  const { mail } = config
  const passwordReset = createPasswordReset({
    enabled: mail.transport !== 'off' && config.passwordGrant,
    database,
    clock,
    users,
    sessions,
    passwords,
    passwordProblem,
    loginThrottle,
    mailThrottle: createMailThrottle({ counters, masterKeys }),
    forgetKnown,
    outbox,
    mailLinks,
    mailNotices,
    auditLog,
  })
  const send = mail.transport === 'smtp' ? createSmtpTransport(mail) : mailbox?.receive
  if (serving && config.production && !send) {
    warn('MAIL_URL is not set: no mail is sent, and forgotten passwords are for administrators.')
  }
  return {
    passwordReset,
    sendTestMail: createTestMail(send, config.publicUrl),
    /** Only a server sends: a command is over too soon. */
    mailDelivery:
      serving && send
        ? startMailDelivery({
            outbox,
            send,
            resolve: passwordReset.resolve,
            addresses: {
              publicUrl: config.publicUrl,
              linkPath: mailLinkPath,
              forgotPasswordPath: pagePaths.forgotPassword,
            },
            logger,
          })
        : undefined,
  }
}
