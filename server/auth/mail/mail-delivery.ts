// Takes mail out of the outbox and sends it, again and again until it is sent, refused or too old.

import { setTimeout as sleep } from 'node:timers/promises'
import { layOutHtml, layOutText } from './mail-layout.ts'
import { MailRefusedError, nameFailure, type SendMail } from './mail-transport.ts'
import {
  describeMail,
  type MailAddresses,
  type MailMessage,
  type ResetRequest,
} from './messages.ts'
import type { ClaimedMail, Outbox } from './outbox.ts'

export interface MailDelivery {
  /** How many this process has sent, put off, or given up, since its start. */
  counts(): Readonly<Record<MailOutcome, number>>
  /** Looks for mail that is due, at once. */
  wake(): void
  /** Takes no more, and waits for those that are being sent, five seconds at most. */
  close(): Promise<void>
}

const outcomes = ['sent', 'postponed', 'failed'] as const
export type MailOutcome = (typeof outcomes)[number]

interface Logger {
  warn(facts: object, message: string): void
}

interface MailDeliveryDeps {
  outbox: Outbox
  send: SendMail
  /** Makes a mail of a request, or nothing, and removes the request in the same commit. */
  resolve: (request: ResetRequest, mail: ClaimedMail) => Promise<void>
  addresses: MailAddresses
  logger: Logger
}

/** At once; a server that is slow holds up so many. */
const atOnce = 8
/** In milliseconds: what other processes have written, and what was put off, is found this late. */
const lookAgainMs = 5_000
const closesWithinMs = 5_000

export function startMailDelivery(deps: MailDeliveryDeps): MailDelivery {
  const { outbox, send, resolve, addresses, logger } = deps
  const counts = Object.fromEntries(outcomes.map((outcome) => [outcome, 0])) as Record<
    MailOutcome,
    number
  >
  const inProgress = new Set<Promise<void>>()
  let isClosed = false
  let isLooking = false
  let isAskedAgain = false
  let timer: NodeJS.Timeout | undefined

  async function sendMail(mail: ClaimedMail, message: MailMessage): Promise<void> {
    const text = describeMail(message, addresses)
    await send({
      id: mail.id,
      to: message.to,
      subject: text.subject,
      text: layOutText(text),
      html: layOutHtml(text),
    })
    counts.sent += 1
    // From here to the end of this statement a crash sends it twice.
    await outbox.markSent(mail)
  }

  async function giveUp(mail: ClaimedMail, failure: string): Promise<void> {
    counts.failed += 1
    logger.warn({ kind: mail.kind, mailId: mail.id, failure }, 'a mail could not be sent')
    await outbox.fail(mail, failure)
  }

  async function settle(mail: ClaimedMail): Promise<void> {
    const { message } = mail
    if (message === undefined) return giveUp(mail, 'unreadable')
    if (mail.isExpired) return giveUp(mail, mail.lastFailure ?? 'expired')
    try {
      await (message.kind === 'reset_request' ? resolve(message, mail) : sendMail(mail, message))
    } catch (error) {
      const failure = nameFailure(error)
      if (error instanceof MailRefusedError) return giveUp(mail, failure)
      counts.postponed += 1
      logger.warn(
        { kind: mail.kind, mailId: mail.id, failure, attempts: mail.attempts },
        'a mail is tried again later',
      )
      await outbox.postpone(mail, failure)
    }
  }

  function begin(mail: ClaimedMail): void {
    const work = settle(mail)
      // Where not even that can be written, its lease ends.
      .catch((error) => logger.warn({ err: error, mailId: mail.id }, 'the outbox does not answer'))
      .finally(() => {
        inProgress.delete(work)
        void look()
      })
    inProgress.add(work)
  }

  async function look(): Promise<void> {
    if (isClosed) return
    isAskedAgain = true
    if (isLooking || inProgress.size >= atOnce) return
    isLooking = true
    clearTimeout(timer)
    try {
      while (isAskedAgain && !isClosed && inProgress.size < atOnce) {
        isAskedAgain = false
        const room = atOnce - inProgress.size
        const mails = await outbox.claim(room)
        for (const mail of mails) begin(mail)
        if (mails.length === room) isAskedAgain = true
      }
    } catch (error) {
      logger.warn({ err: error }, 'the outbox could not be read')
    }
    isLooking = false
    if (!isClosed) timer = setTimeout(look, lookAgainMs).unref()
  }

  const wake = () => void look()
  outbox.onWritten(wake)
  timer = setTimeout(look, 0).unref()

  return {
    counts: () => counts,
    wake,
    async close() {
      isClosed = true
      clearTimeout(timer)
      await Promise.race([
        Promise.all(inProgress),
        sleep(closesWithinMs, undefined, { ref: false }),
      ])
    },
  }
}
