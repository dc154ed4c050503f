// What the outbox holds: a mail by its kind and values, or a request that becomes one when it is sent.

import type { MailText } from './mail-texts.ts'
import { formatInstant, mailTexts } from './mail-texts.ts'

/** Of an account whose owner hears of something. */
interface AboutAccount {
  to: string
  username: string
}

/** Where and when it happened. */
interface Where {
  atMs: number
  /** "Firefox on Linux". */
  device: string | null
  address: string | null
}

/** With a link that ends all sessions. */
export type SecuredNotice =
  | 'new_device'
  | 'password_changed'
  | 'password_set_by_admin'
  | 'address_changed'

/** Without one: no link acts for a deleted account, and a closed one needs a new password. */
export type PlainNotice = 'account_deleted' | 'sign_in_closed'

/** A mail; `token` is of its link. */
export type MailMessage =
  | ({ kind: 'reset'; token: string; minutes: number } & AboutAccount)
  | ({ kind: SecuredNotice; token: string } & AboutAccount & Where)
  | ({ kind: 'account_deleted' } & AboutAccount & Where)
  | ({ kind: 'sign_in_closed' } & AboutAccount & Where)

/** Nothing is looked up before the answer: whether there is such an account is found out later. */
export interface ResetRequest {
  kind: 'reset_request'
  /** As it was typed. */
  login: string
  address: string | null
  userAgent: string | null
}

export type OutboxMessage = MailMessage | ResetRequest

/** The addresses of pages, without a token. */
export interface MailAddresses {
  publicUrl: string
  linkPath: string
  forgotPasswordPath: string
}

export function describeMail(message: MailMessage, addresses: MailAddresses): MailText {
  const { publicUrl, linkPath, forgotPasswordPath } = addresses
  const link = (token: string) => `${publicUrl}${linkPath}/${token}`
  if (message.kind === 'reset') {
    const { username, minutes, token } = message
    return mailTexts.resetPassword({ username, url: link(token), minutes })
  }
  const { username, device, address } = message
  const happening = { username, at: formatInstant(message.atMs), device, address }
  if (message.kind === 'account_deleted') return mailTexts.accountDeleted(happening)
  if (message.kind === 'sign_in_closed') {
    return mailTexts.signInClosed({ ...happening, url: `${publicUrl}${forgotPasswordPath}` })
  }
  const values = { ...happening, url: link(message.token) }
  switch (message.kind) {
    case 'new_device':
      return mailTexts.newDevice(values)
    case 'password_changed':
      return mailTexts.passwordChanged(values)
    case 'password_set_by_admin':
      return mailTexts.passwordSetByAdmin(values)
    case 'address_changed':
      return mailTexts.addressChanged(values)
  }
}
