// Mail: the outbox, the links in it, and notices: what others write beside their own changes.

import { createMailLinks } from '../../auth/mail/mail-links.ts'
import { createMailNotices, noMailNotices } from '../../auth/mail/mail-notices.ts'
import { createMailbox } from '../../auth/mail/mailbox.ts'
import { createOutbox } from '../../auth/mail/outbox.ts'
import type { Changes } from './change-feed.ts'
import type { Foundation } from './foundation.ts'

export type Mail = ReturnType<typeof createMail>

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
