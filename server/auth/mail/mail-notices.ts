// Notices by mail, beside those of the pages: what a user hears of changes they may not have made.

import type { Compilable, RawBuilder, SqlBool } from 'kysely'
import type { Device } from '../../contract/device.ts'
import type { Clock } from '../../db/clock.ts'
import { nameDevice } from '../devices/device-name.ts'
import type { MailLinks } from './mail-links.ts'
import type { PlainNotice, SecuredNotice } from './messages.ts'
import type { Outbox } from './outbox.ts'

/** Whom a notice is for: with the address as it was before the change. */
export interface NoticeRecipient {
  id: string
  username: string
  email: string | null
}

export interface MailNotices {
  /**
   * The writes for the batch of what it tells of; none where the account has no address, or mail is
   * not set up.
   * @param device where it was done; null for what an admin did elsewhere
   * @param onlyIf a condition that only that batch can know
   */
  write(
    kind: SecuredNotice | PlainNotice,
    recipient: NoticeRecipient,
    device: Device | null,
    onlyIf?: RawBuilder<SqlBool>,
  ): Compilable[]
}

interface MailNoticesDeps {
  outbox: Pick<Outbox, 'write'>
  links: Pick<MailLinks, 'make'>
  clock: Clock
}

/** Where mail is not set up. */
export const noMailNotices: MailNotices = { write: () => [] }

export function createMailNotices({ outbox, links, clock }: MailNoticesDeps): MailNotices {
  return {
    write(kind, { id, username, email }, device, onlyIf) {
      if (email === null) return []
      const values = {
        to: email,
        username,
        atMs: clock.now(),
        device: device && nameDevice(device.userAgent),
        address: device?.address ?? null,
      }
      const options = { userId: id, ...(onlyIf && { onlyIf }) }
      if (kind === 'account_deleted' || kind === 'sign_in_closed') {
        return [outbox.write({ kind, ...values }, options)]
      }
      const link = links.make('secure', id, onlyIf)
      return [link.write, outbox.write({ kind, ...values, token: link.token }, options)]
    },
  }
}
