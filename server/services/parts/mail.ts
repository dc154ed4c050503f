// Mail: the outbox, the links in it, notices, and what sends it.

import { createPasswordReset } from '../../auth/account/password-reset.ts'
import { startMailDelivery } from '../../auth/mail/mail-delivery.ts'
import { createMailLinks } from '../../auth/mail/mail-links.ts'
import { createMailNotices, noMailNotices } from '../../auth/mail/mail-notices.ts'
import { createSmtpTransport } from '../../auth/mail/mail-transport.ts'
import { createMailbox } from '../../auth/mail/mailbox.ts'
import { createOutbox } from '../../auth/mail/outbox.ts'
import { createTestMail } from '../../auth/mail/test-mail.ts'
import { createMailThrottle } from '../../auth/throttle/mail-throttle.ts'
import { mailLinkPath, pagePaths } from '../../contract/pages.ts'
import type { Changes } from './change-feed.ts'
import type { Foundation } from './foundation.ts'
import type { SessionServices } from './sessions.ts'
import type { Throttle } from './throttle.ts'
import type { UserServices } from './users.ts'

export type Mail = ReturnType<typeof createMail>

/** What others write beside their own changes. */
export function createMail(deps: Foundation & Changes) {
  const { config, database, clock, nowMs, masterKeys, changeFeed: feed } = deps
  const outbox = createOutbox({ database, nowMs, masterKeys, feed })
  const mailLinks = createMailLinks({ database, nowMs, masterKeys, feed })
  const { transport } = config.mail
  return {
    outbox,
    mailLinks,
    mailNotices:
      transport === 'off' ? noMailNotices : createMailNotices({ outbox, links: mailLinks, clock }),
    /** Of a first try; undefined where mail really goes out, or none does. */
    mailbox: transport === 'mailbox' ? createMailbox(clock) : undefined,
  }
}

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
