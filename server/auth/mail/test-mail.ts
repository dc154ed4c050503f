// A mail that an operator sends to see whether mail works: past the outbox, with the answer at once.

import { AppError } from '../../contract/app-error.ts'
import { makeRandomId } from '../../db/random-id.ts'
import { layOutHtml, layOutText } from './mail-layout.ts'
import { mailTexts } from './mail-texts.ts'
import { nameFailure, type SendMail } from './mail-transport.ts'

/** @throws AppError unavailable with the mail server's answer; mail_not_set_up */
export type SendTestMail = (to: string) => Promise<void>

export function createTestMail(send: SendMail | undefined, publicUrl: string): SendTestMail {
  return async (to) => {
    if (!send) throw new AppError('mail_not_set_up', 'MAIL_URL is not set, so no mail is sent')
    const text = mailTexts.test({ url: publicUrl })
    try {
      await send({
        id: makeRandomId(),
        to,
        subject: text.subject,
        text: layOutText(text),
        html: layOutHtml(text),
      })
    } catch (cause) {
      // For the operator who asked: the answer itself says most.
      const { message } =
        (cause as Error).cause instanceof Error
          ? ((cause as Error).cause as Error)
          : (cause as Error)
      throw new AppError(
        'unavailable',
        `The mail was not taken (${nameFailure(cause)}): ${message}`,
        {
          cause,
        },
      )
    }
  }
}
