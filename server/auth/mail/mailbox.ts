// The mailbox of a first try: the last mails of this process, in its memory, for the page /dev/mail.

import type { Clock } from '../../db/clock.ts'
import type { FinishedMail, SendMail } from './mail-transport.ts'

export interface ReceivedMail extends FinishedMail {
  atMs: number
}

export interface Mailbox {
  receive: SendMail
  /** The newest first. */
  list(): readonly ReceivedMail[]
}

const mailsMax = 50

export function createMailbox(clock: Clock): Mailbox {
  const mails: ReceivedMail[] = []
  return {
    async receive(mail) {
      mails.unshift({ ...mail, atMs: clock.now() })
      mails.splice(mailsMax)
    },
    list: () => mails,
  }
}
